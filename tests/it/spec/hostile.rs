//! Specs that mean harm: huge, deep, or made of one thing. Each is answered on a small stack, with findings.

use std::fmt::Write;

use cargo_mapi::spec::{Code, Loaded, Override, load, load_bytes};

use super::{HEAD, drawn, good, with};

/// As much as any thread has on any system that the generator runs on, and no more.
const STACK: usize = 512 << 10;

fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(work)
        .unwrap()
        .join()
        .expect("it does not panic")
}

fn refused(text: String) -> Vec<Code> {
    on_a_small_stack(move || {
        let loaded = load("hostile.toml", &text, &[]);
        assert!(loaded.spec.is_none());
        assert!(loaded.findings.len() <= 1001);
        // Drawing must be possible too.
        assert!(drawn(&loaded).contains("hostile.toml"));
        loaded.findings.iter().map(|finding| finding.code).collect()
    })
}

#[test]
fn a_hundred_megabytes() {
    assert_eq!(refused("#".repeat(100 << 20)), [Code::TooLarge]);
    assert_eq!(refused("# x\n".repeat(25 << 20)), [Code::TooLarge]);
    let code = |loaded: Loaded| loaded.findings[0].code;
    assert_eq!(
        code(load_bytes("x", &vec![0xFF; 100 << 20], &[])),
        Code::TooLarge
    );
    assert_eq!(
        code(load_bytes("x", &vec![b'\n'; 100 << 20], &[])),
        Code::TooLarge
    );
}

#[test]
fn ten_thousand_levels() {
    for (open, close) in [
        ("[", "]"),
        ("{a=", "}"),
        ("[{a=", "}]"),
        ("[", ""),
        ("{", ""),
        ("[}", ""),
        ("[{]", ""),
    ] {
        for line in ["", "\n"] {
            let open = format!("{open}{line}");
            let text = with(&format!(
                "x = {}1{}",
                open.repeat(10_000),
                close.repeat(10_000)
            ));
            let codes = refused(text);
            assert!(
                matches!(codes[..], [Code::TooDeep | Code::TooLarge]),
                "{open}: {codes:?}"
            );
        }
    }
    for text in [
        format!("{} = 1", vec!["a"; 1000].join(".")),
        format!("[{}]", vec!["a"; 1000].join(" . ")),
        format!("[[{}]]", vec!["\"a\""; 1000].join(".")),
        format!("x = {{ {} = 1 }}", vec!["a"; 1000].join(".")),
    ] {
        assert_eq!(refused(with(&text)), [Code::TooDeep], "{}", &text[..40]);
    }
}

/// As deep as is let through, in every form that nests.
#[test]
fn the_deepest_that_is_read() {
    let dotted = vec!["a"; 13].join(".");
    let open = format!("{{{dotted}=").repeat(12);
    let text = format!("{HEAD}[{dotted}]\n{dotted} = {open}1{}\n", "}".repeat(12));
    assert!(refused(text).contains(&Code::UnknownKey));
}

#[test]
fn a_million_of_everything() {
    for piece in [
        "a=1\n",
        "a\n",
        "[a]\n",
        "[[folders]]\n",
        "=",
        "\"",
        "'",
        "[",
        "]",
        ".",
        ",",
        "\r",
        "\u{FEFF}",
        "a=[\n",
        "\"\"\"\n",
    ] {
        let codes = refused(piece.repeat(1_000_000));
        assert!(!codes.is_empty(), "{piece}");
    }
    let mut text = HEAD.to_owned();
    for number in 0..1_000_000 {
        writeln!(text, "k{number}=1").unwrap();
    }
    assert_eq!(refused(text), [Code::TooLarge]);
}

/// As many as are let through: everything is wrong, and suggestions are looked for.
#[test]
fn the_most_that_is_read() {
    let mut text = HEAD.to_owned();
    for number in 0..9_000 {
        write!(
            text,
            "[[folders]]\nname = \"f{number}\"\nparent = \"g{number}\"\nrole = \"dletd\"\nidd = 3\n"
        )
        .unwrap();
    }
    let codes = refused(text);
    assert_eq!(codes.len(), 1001);
    assert_eq!(codes.last(), Some(&Code::TooManyFindings));
    // Errors of the parser, one a line.
    assert_eq!(refused("a\n".repeat(300_000)).len(), 1001);
    assert_eq!(
        refused(format!("{HEAD}{}", "vendor = 1\n".repeat(90_000))).len(),
        1001
    );
    // Lists that are never closed.
    assert!(!refused("a = [1,\n".repeat(10)).is_empty());
}

#[test]
fn five_thousand_folders() {
    let mut text = with("[[folders]]\nname = \"Deleted Items\"\nrole = \"deleted\"\n");
    for number in 0..5_000 {
        write!(
            text,
            "\n[[folders]]\nid = \"folder-{number}\"\nname = \"Folder number {number}\"\ncomment = \"The folder number {number}\"\n"
        )
        .unwrap();
        if number % 10 != 0 {
            writeln!(text, "parent = \"folder-{}\"", number - number % 10).unwrap();
        }
    }
    let spec = good(&text);
    assert_eq!(spec.folders.len(), 5_000 + 1 + 4);
    let parents = spec.folders.iter().enumerate();
    assert!(
        parents
            .clone()
            .all(|(index, folder)| folder.parent.is_none_or(|parent| parent < index))
    );
    assert_eq!(
        parents
            .filter(|(_, folder)| folder.parent.is_some())
            .count(),
        4_500
    );
}

/// Folders that all lie in each other, and a chain that ends nowhere.
#[test]
fn ten_thousand_folders_in_a_circle() {
    let mut text = HEAD.to_owned();
    for number in 0..10_000 {
        writeln!(
            text,
            "[[folders]]\nname = \"{number}\"\nparent = \"{}\"",
            (number + 1) % 10_000
        )
        .unwrap();
    }
    assert!(refused(text).contains(&Code::CyclicParent));
}

/// What a terminal would obey is not printed.
#[test]
fn escapes_do_not_reach_the_terminal() {
    let texts = [
        "display-name = \"\\u001b[31mred\"",
        "license = \"\\u001b]0;title\\u0007\"",
        "[[folders]]\nname = \"\\u202Egpj.exe\"\nparent = \"\\u001b[2J\"",
        "\"\\u001b[2J\" = 1",
        "# \u{1b}[2J\nx = 1",
        "description = \"\u{1b}[2J\u{7}\"",
    ];
    for text in texts {
        let loaded = load(
            "provider.toml",
            &with(text),
            &[Override::set("provider.\u{1b}[2J=\u{1b}")],
        );
        let drawn = drawn(&loaded);
        assert!(
            !drawn.contains(['\u{1b}', '\u{7}', '\u{202E}']),
            "{text:?}\n{drawn:?}"
        );
    }
}

//! Good specs, damaged at random with a fixed seed: whatever comes, there are findings or a spec, and no panic.

use cargo_mapi::spec::{Override, diagnostics, load, provider_toml};

/// Pieces that mean something to the format or to the parser.
const PIECES: &[&str] = &[
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    ".",
    ",",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "\\",
    "#",
    "\n",
    "\r\n",
    "\t",
    "-",
    "_",
    "0x",
    "\u{0}",
    "\u{1b}",
    "\u{FEFF}",
    "\u{202E}",
    "é",
    "📬",
    "1",
    "-1",
    "1.5",
    "inf",
    "2026-01-01",
    "true",
    "nonsense",
    "[[folders]]\n",
    "[[settings]]\n",
    "[[named-properties]]\n",
    "[provider]\n",
    "[sync]\n",
    "parent = \"Inbox\"\n",
    "name = \"Inbox\"\n",
    "id = 3\n",
    "role = \"inbox\"\n",
    "type = \"secret\"\n",
    "property-id = 0x67F0\n",
    "uid = \"\"\n",
    "kind = \"default-capable\"\n",
    "9223372036854775807",
    "99999999999999999999",
    "%",
    "..",
    "con",
];

/// xorshift64*, so that every run is the same.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit.max(1)
    }

    /// A place between two characters.
    fn place(&mut self, text: &str) -> usize {
        let place = self.below(text.len() + 1);
        (0..=place)
            .rev()
            .find(|place| text.is_char_boundary(*place))
            .unwrap_or(0)
    }
}

fn damage(text: &mut String, random: &mut Random) {
    let place = random.place(text);
    match random.below(6) {
        0 => text.insert_str(place, PIECES[random.below(PIECES.len())]),
        1 => {
            let other = random.place(text).min(place + 40).max(place);
            let end = (place..=other)
                .rev()
                .find(|place| text.is_char_boundary(*place))
                .unwrap_or(place);
            text.replace_range(place..end, "");
        }
        2 => text.truncate(place),
        3 | 4 => {
            // Lines change places, or stand twice.
            let mut lines: Vec<&str> = text.lines().collect();
            let (one, other) = (random.below(lines.len()), random.below(lines.len()));
            if lines.is_empty() {
            } else if random.below(2) == 0 {
                lines.swap(one, other);
            } else {
                lines.insert(one, lines[other]);
            }
            *text = lines.join("\n");
        }
        _ => {
            if let Some(letter) = text[place..].chars().next() {
                let piece = PIECES[random.below(PIECES.len())];
                text.replace_range(place..place + letter.len_utf8(), piece);
            }
        }
    }
}

#[test]
fn damaged_specs_never_panic() {
    let examples = ["minimal", "archive", "mail", "full"].map(|name| {
        let path = format!("{}/examples/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).unwrap()
    });
    let mut random = Random(0x00C0_FFEE_D00D_F00D);
    let (mut good, mut bad) = (0, 0);
    for _ in 0..2_000 {
        let mut text = examples[random.below(examples.len())].clone();
        for _ in 0..=random.below(4) {
            damage(&mut text, &mut random);
        }
        let mut set = "provider.vendor=x".to_owned();
        damage(&mut set, &mut random);
        let overrides = if random.below(4) == 0 {
            vec![Override::set(&set)]
        } else {
            vec![]
        };
        let loaded = load("fuzz.toml", &text, &overrides);
        assert_eq!(loaded.spec.is_some(), loaded.errors() == 0);
        let drawn = diagnostics::render(&loaded.findings, &loaded.sources, false);
        assert_eq!(drawn.is_empty(), loaded.findings.is_empty());
        match loaded.spec {
            // What is written into the generated project says the same.
            Some(spec) => {
                let written = provider_toml(&text, &overrides, &spec);
                let again = load("provider.toml", &written, &[]);
                assert_eq!(again.spec.as_ref(), Some(&spec), "{text}\n{set}\n{written}");
                good += 1;
            }
            None => bad += 1,
        }
    }
    // The damage is neither always nor never fatal, so both ways were tried.
    assert!(good > 100 && bad > 100, "{good} good, {bad} bad");
}

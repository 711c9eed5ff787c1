use tempfile::TempDir;

use super::super::registry::{MemoryRegistry, View};
use super::*;

const X64_COMMON: &str = "root/VFS/ProgramFilesCommonX64";
const X86_COMMON: &str = "root/VFS/ProgramFilesCommonX86";

/// A machine on the disk: directories, and a registry that names them.
struct Bench {
    directory: TempDir,
    registry: MemoryRegistry,
    own: Architecture,
    /// What the MAPI stub answers, with the qualifier that it answers to.
    component: Option<(Option<Value>, PathBuf)>,
}

impl Machine for Bench {
    fn architecture(&self) -> Architecture {
        self.own
    }

    fn component_path(&self, component: &Value, qualifier: Option<&Value>) -> Option<PathBuf> {
        assert_eq!(component.text(), Some("{COMPONENT}"));
        let (expected, path) = self.component.as_ref()?;
        (expected.as_ref() == qualifier).then(|| path.clone())
    }

    fn system_directory(&self, architecture: Architecture) -> Option<PathBuf> {
        Some(self.path(&format!("system-{architecture}")))
    }
}

impl Bench {
    fn new(own: Architecture) -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            registry: MemoryRegistry::default(),
            own,
            component: None,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn text(&self, name: &str) -> Value {
        Value::Text(self.path(name).to_str().unwrap().to_owned())
    }

    fn set(&self, view: View, key: &str, name: &str, value: &Value) {
        self.registry
            .write(Root::LocalMachine, view, key, name, value)
            .unwrap();
    }

    /// A MAPISVC.INF in a directory.
    fn inf(&self, directory: &str) -> PathBuf {
        let file = self.path(directory).join(INF);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "[Services]\r\n").unwrap();
        file
    }

    fn click_to_run(&self, key: &str, root: &str, platform: Option<&str>) {
        self.set(View::Registry64, key, "InstallPath", &self.text(root));
        if let Some(platform) = platform {
            let configuration = format!("{key}\\Configuration");
            let value = Value::Text(platform.to_owned());
            self.set(View::Registry64, &configuration, "Platform", &value);
            let value = Value::Text("16.0.17328.20162".to_owned());
            self.set(View::Registry64, &configuration, "VersionToReport", &value);
        }
    }

    fn search(&self) -> Search {
        search(&self.registry, self)
    }

    fn files(&self, architecture: Architecture) -> Vec<PathBuf> {
        self.search().files(architecture).unwrap_or_default()
    }
}

/// The beginning of a DLL.
fn dll(machine: u16) -> Vec<u8> {
    let mut bytes = vec![0; 0x80];
    bytes[..2].copy_from_slice(b"MZ");
    bytes[0x3C] = 0x40;
    bytes[0x40..0x44].copy_from_slice(b"PE\0\0");
    bytes[0x44..0x46].copy_from_slice(&machine.to_le_bytes());
    bytes
}

#[test]
fn click_to_run_has_a_file_for_every_language() {
    let bench = Bench::new(Architecture::X64);
    bench.click_to_run(CLICK_TO_RUN[0], "Office", Some("x64"));
    let german = bench.inf(&format!("Office/{X64_COMMON}/System/MSMAPI/1031"));
    let english = bench.inf(&format!("Office/{X64_COMMON}/System/MSMAPI/1033"));
    // What the Office of this platform may have for others.
    bench.inf(&format!("Office/{X86_COMMON}/System/MSMAPI/1033"));
    let search = bench.search();
    assert_eq!(
        search.outlooks,
        [Outlook {
            installation: Installation::ClickToRun,
            version: Some("16.0.17328.20162".to_owned()),
            architecture: Architecture::X64,
            directory: bench.path("Office"),
            files: vec![german, english],
        }]
    );
}

#[test]
fn both_generations_of_click_to_run_are_found() {
    for own in Architecture::ALL {
        let bench = Bench::new(own);
        bench.click_to_run(CLICK_TO_RUN[0], "Office", Some("x64"));
        bench.click_to_run(CLICK_TO_RUN[1], "Office 15", Some("X86"));
        let new = bench.inf(&format!("Office/{X64_COMMON}/System/MSMAPI/1033"));
        let old = bench.inf(&format!("Office 15/{X86_COMMON}/System/MSMAPI/1033"));
        assert_eq!(bench.files(Architecture::X64), [new]);
        assert_eq!(bench.files(Architecture::X86), [old]);
    }
}

#[test]
fn without_a_platform_the_directories_tell() {
    let bench = Bench::new(Architecture::X64);
    bench.click_to_run(CLICK_TO_RUN[0], "Office", None);
    let file = bench.inf(&format!("Office/{X86_COMMON}/System/MSMAPI/1033"));
    assert_eq!(bench.files(Architecture::X86), [file]);
    assert!(bench.files(Architecture::X64).is_empty());
}

#[test]
fn one_view_is_one_outlook() {
    let bench = Bench::new(Architecture::X86);
    bench.click_to_run(CLICK_TO_RUN[0], "Office", Some("x86"));
    bench.set(
        View::Registry32,
        CLICK_TO_RUN[0],
        "InstallPath",
        &bench.text("Office"),
    );
    bench.inf(&format!("Office/{X86_COMMON}/System/MSMAPI/1033"));
    assert_eq!(bench.search().outlooks.len(), 1);
}

#[test]
fn the_stub_is_asked_with_each_qualifier_and_with_none() {
    let multiple = Value::MultiText(vec!["1031".to_owned(), "1033".to_owned()]);
    let single = Value::Text("1033".to_owned());
    for own in Architecture::ALL {
        for qualifier in [Some(multiple.clone()), Some(single.clone()), None] {
            let mut bench = Bench::new(own);
            let component = Value::Text("{COMPONENT}".to_owned());
            bench.set(own.view(), MAIL_CLIENT, "MSIComponentID", &component);
            bench.set(own.view(), MAIL_CLIENT, "MSIApplicationLCID", &multiple);
            bench.set(own.view(), MAIL_CLIENT, "MSIOfficeLCID", &single);
            let file = bench.inf("Common/System/MSMAPI/1031");
            bench.component = Some((qualifier, file.with_file_name("MSMAPI32.DLL")));
            let search = bench.search();
            assert_eq!(search.files(own).unwrap(), [file]);
            assert_eq!(search.outlooks.len(), 1);
            assert_eq!(search.outlooks[0].installation, Installation::Installer);
        }
    }
}

#[test]
fn the_other_architecture_is_found_without_its_stub() {
    let bench = Bench::new(Architecture::X64);
    let common = bench.text("Common (x86)");
    bench.set(View::Registry32, CURRENT_VERSION, "CommonFilesDir", &common);
    let root = r"SOFTWARE\Microsoft\Office\14.0\Outlook\InstallRoot";
    bench.set(View::Registry32, root, "Path", &bench.text("Office14"));
    let file = bench.inf("Common (x86)/System/MSMAPI/1033");
    let search = bench.search();
    assert_eq!(
        search.outlooks,
        [Outlook {
            installation: Installation::Installer,
            version: Some("14.0".to_owned()),
            architecture: Architecture::X86,
            directory: bench.path("Office14"),
            files: vec![file],
        }]
    );
}

#[test]
fn leftovers_of_another_office_are_found_beside_click_to_run() {
    let bench = Bench::new(Architecture::X64);
    bench.click_to_run(CLICK_TO_RUN[0], "Office", Some("x64"));
    let new = bench.inf(&format!("Office/{X64_COMMON}/System/MSMAPI/1033"));
    let root = r"SOFTWARE\Microsoft\Office\16.0\Outlook\InstallRoot";
    bench.set(
        View::Registry64,
        root,
        "Path",
        &bench.text("Office/root/Office16"),
    );
    let common = bench.text("Common (x86)");
    bench.set(View::Registry32, CURRENT_VERSION, "CommonFilesDir", &common);
    let old = bench.inf("Common (x86)/System/MSMAPI/1033");
    let search = bench.search();
    assert_eq!(search.files(Architecture::X64).unwrap(), [new]);
    assert_eq!(search.files(Architecture::X86).unwrap(), [old]);
    assert_eq!(search.outlooks.len(), 2);
    assert_eq!(search.outlooks[1].version, None);
}

#[test]
fn the_dll_of_outlook_tells_its_architecture_better_than_the_stub() {
    let mut bench = Bench::new(Architecture::X86);
    let component = Value::Text("{COMPONENT}".to_owned());
    bench.set(View::Registry32, MAIL_CLIENT, "MSIComponentID", &component);
    let file = bench.inf("Common/System/MSMAPI/1033");
    let beside = file.with_file_name("MSMAPI32.DLL");
    fs::write(&beside, dll(0x8664)).unwrap();
    bench.component = Some((None, beside));
    let search = bench.search();
    assert_eq!(search.files(Architecture::X64).unwrap(), [file]);
    let error = search.files(Architecture::X86).unwrap_err().to_string();
    assert!(error.contains("64-bit (x64)"), "{error}");
}

#[test]
fn what_the_stub_says_of_click_to_run_is_known_already() {
    let mut bench = Bench::new(Architecture::X86);
    bench.click_to_run(CLICK_TO_RUN[0], "Office", Some("x64"));
    let file = bench.inf(&format!("Office/{X64_COMMON}/System/MSMAPI/1033"));
    let component = Value::Text("{COMPONENT}".to_owned());
    bench.set(View::Registry32, MAIL_CLIENT, "MSIComponentID", &component);
    bench.component = Some((None, file.with_file_name("MSMAPI32.DLL")));
    let search = bench.search();
    assert_eq!(search.outlooks.len(), 1);
    assert!(search.files(Architecture::X86).is_err());
}

#[test]
fn the_system_directory_is_the_last_place() {
    let bench = Bench::new(Architecture::X64);
    let own = bench.inf("system-x64");
    let other = bench.inf("system-x86");
    assert_eq!(bench.files(Architecture::X64), std::slice::from_ref(&own));
    assert_eq!(bench.files(Architecture::X86), [other]);
    bench.click_to_run(CLICK_TO_RUN[0], "Office", Some("x86"));
    let office = bench.inf(&format!("Office/{X86_COMMON}/System/MSMAPI/1033"));
    assert!(bench.files(Architecture::X64).is_empty());
    assert_eq!(bench.files(Architecture::X86), [office]);
}

#[test]
fn an_error_names_the_mismatch() {
    let bench = Bench::new(Architecture::X86);
    bench.click_to_run(CLICK_TO_RUN[0], "Office", Some("x64"));
    bench.inf(&format!("Office/{X64_COMMON}/System/MSMAPI/1033"));
    let error = bench.search().files(Architecture::X86).unwrap_err();
    let text = error.to_string();
    let expected = format!(
        "Outlook at {} is 64-bit (x64); this DLL is 32-bit (x86): install the x64 package",
        bench.path("Office").display()
    );
    assert!(text.starts_with(&expected), "{text}");
}

#[test]
fn an_error_lists_every_place_and_what_was_there() {
    let bench = Bench::new(Architecture::X64);
    bench.click_to_run(CLICK_TO_RUN[0], "Office", Some("arm64"));
    fs::create_dir_all(bench.path("Common/System/MSMAPI/1033")).unwrap();
    let common = bench.text("Common");
    bench.set(View::Registry64, CURRENT_VERSION, "CommonFilesDir", &common);
    let search = bench.search();
    let error = search.files(Architecture::X64).unwrap_err().to_string();
    for part in [
        r"HKLM\SOFTWARE\Microsoft\Office\ClickToRun\Configuration, Platform (64-bit view): arm64",
        r"HKLM\SOFTWARE\Microsoft\Office\15.0\ClickToRun, InstallPath (64-bit view): nothing",
        r"HKLM\Software\Clients\Mail\Microsoft Outlook, MSIComponentID (64-bit view): nothing",
        "MSMAPI: no MAPISVC.INF",
        "the MAPI stub for x86: a program for x64 cannot ask it",
        "system-x64",
    ] {
        assert!(error.contains(part), "{part}\nin\n{error}");
    }
    assert!(search.looked_at.len() > 12);
}

use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::super::Conflict;
use super::*;

const ORIGINAL: &str =
    "; Office\r\n[Services]\r\nMSEMS=Exchange\r\n\r\n[MSEMS]\r\nPR_DISPLAY_NAME=Exchange\r\n";
/// What makes a process a worker: file, service, and how often it comes and goes.
const WORK: &str = "MAPI_STORE_REGISTRATION_WORK";

fn fragment() -> Fragment {
    Fragment::parse(b"[Services]\r\nCTS=Contoso\r\n[CTS]\r\nPR_SERVICE_DLL_NAME=contoso.dll\r\n")
}

#[test]
fn a_file_is_edited_once_and_its_first_state_kept() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("MAPISVC.INF");
    let original = "[Services]\r\nMSEMS=Exchange\r\n";
    fs::write(&file, original).unwrap();
    let dll = r"C:\Contoso\contoso.dll";
    assert!(add_to(&file, &fragment(), dll).unwrap());
    assert!(!add_to(&file, &fragment(), dll).unwrap());
    assert!(
        fs::read_to_string(&file)
            .unwrap()
            .contains("PR_SERVICE_DLL_NAME=C:\\Contoso\\contoso.dll\r\n")
    );
    assert!(add_to(&file, &fragment(), r"D:\contoso.dll").unwrap());
    assert!(remove_from(&file, &fragment()).unwrap());
    assert!(!remove_from(&file, &fragment()).unwrap());
    assert_eq!(fs::read_to_string(&file).unwrap(), original);
    assert_eq!(
        fs::read_to_string(directory.path().join("MAPISVC.INF.before-CTS")).unwrap(),
        original
    );
}

#[test]
fn a_missing_file_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let error = add_to(&directory.path().join("MAPISVC.INF"), &fragment(), "x").unwrap_err();
    assert!(error.to_string().contains("MAPISVC.INF"), "{error}");
}

/// A provider of its own for every service.
fn provider(service: &str) -> (Fragment, String) {
    let text = format!(
        "[Services]\n{service}=Name\n[{service}]\nProviders={service}_MS\nPR_SERVICE_DLL_NAME={service}.dll\n\
         [{service}_MS]\nPR_PROVIDER_DLL_NAME={service}.dll\n"
    );
    (
        Fragment::parse(text.as_bytes()),
        format!("C:\\{service}.dll"),
    )
}

fn original() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("MAPISVC.INF");
    fs::write(&file, ORIGINAL).unwrap();
    (directory, file)
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = directory
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn another_providers_section_is_an_error_and_nothing_is_written() {
    let (directory, file) = original();
    let taken = format!("{ORIGINAL}[cts]\r\nPR_SERVICE_DLL_NAME=C:\\Other\\other.dll\r\n");
    fs::write(&file, &taken).unwrap();
    let error = add_to(&file, &fragment(), r"C:\contoso.dll").unwrap_err();
    let expected = Conflict {
        section: "cts".to_owned(),
        dll: Some(r"C:\Other\other.dll".to_owned()),
    };
    assert!(
        matches!(&error, RegistrationError::Foreign(_, found) if *found == expected),
        "{error}"
    );
    assert!(!remove_from(&file, &fragment()).unwrap());
    assert_eq!(fs::read_to_string(&file).unwrap(), taken);
    assert_eq!(names(directory.path()), ["MAPISVC.INF"]);
}

#[test]
fn what_would_change_is_known_before() {
    let (directory, file) = original();
    let add = Edit::Add {
        dll: r"C:\contoso.dll",
    };
    assert!(would_change(&file, &fragment(), add).unwrap());
    assert!(!would_change(&file, &fragment(), Edit::Remove).unwrap());
    assert_eq!(names(directory.path()), ["MAPISVC.INF"]);
    assert!(edit(&file, &fragment(), add).unwrap().is_some());
    assert!(!would_change(&file, &fragment(), add).unwrap());
    assert!(would_change(&file, &fragment(), Edit::Remove).unwrap());
    assert_eq!(
        state_in(&file, &fragment(), None).unwrap(),
        Registered::Yes {
            dll: r"C:\contoso.dll".to_owned()
        }
    );
}

#[test]
fn an_edit_is_taken_back_unless_others_came_after_it() {
    let (_directory, file) = original();
    let add = Edit::Add {
        dll: r"C:\contoso.dll",
    };
    let change = edit(&file, &fragment(), add).unwrap().unwrap();
    assert!(undo(&file, &change).unwrap());
    assert_eq!(fs::read_to_string(&file).unwrap(), ORIGINAL);
    let change = edit(&file, &fragment(), add).unwrap().unwrap();
    let (other, dll) = provider("OTHER");
    add_to(&file, &other, &dll).unwrap();
    let both = fs::read(&file).unwrap();
    assert!(!undo(&file, &change).unwrap());
    assert_eq!(fs::read(&file).unwrap(), both);
}

#[test]
fn a_removal_makes_no_copy_of_the_file_with_the_provider_in_it() {
    let (directory, file) = original();
    add_to(&file, &fragment(), r"C:\contoso.dll").unwrap();
    fs::remove_file(backup_of(&file, &fragment()).unwrap()).unwrap();
    assert!(remove_from(&file, &fragment()).unwrap());
    assert_eq!(fs::read_to_string(&file).unwrap(), ORIGINAL);
    assert_eq!(names(directory.path()), ["MAPISVC.INF"]);
}

#[test]
fn a_read_only_file_is_named_and_stays_so() {
    let (directory, file) = original();
    let mut permissions = fs::metadata(&file).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&file, permissions).unwrap();
    let error = add_to(&file, &fragment(), r"C:\contoso.dll").unwrap_err();
    assert!(matches!(error, RegistrationError::ReadOnly(_)), "{error}");
    assert!(error.to_string().contains("attrib -r"), "{error}");
    // Nothing to do takes no right to write.
    assert!(!remove_from(&file, &fragment()).unwrap());
    assert!(fs::metadata(&file).unwrap().permissions().readonly());
    assert_eq!(names(directory.path()), ["MAPISVC.INF"]);
    // So that the directory can be deleted on Windows.
    #[cfg(windows)]
    {
        let mut permissions = fs::metadata(&file).unwrap().permissions();
        #[allow(clippy::permissions_set_readonly_false)]
        permissions.set_readonly(false);
        fs::set_permissions(&file, permissions).unwrap();
    }
}

#[test]
fn an_encoding_that_windows_does_not_read_is_named() {
    let (_directory, file) = original();
    fs::write(&file, b"\xFE\xFF\0[").unwrap();
    let error = add_to(&file, &fragment(), r"C:\contoso.dll").unwrap_err();
    assert!(matches!(error, RegistrationError::Encoding(_)), "{error}");
}

#[cfg(unix)]
#[test]
fn the_new_file_has_the_old_ones_permissions() {
    use std::os::unix::fs::PermissionsExt;

    let (_directory, file) = original();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(add_to(&file, &fragment(), r"C:\contoso.dll").unwrap());
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[cfg(windows)]
#[test]
fn the_new_file_has_the_old_ones_attributes() {
    use std::os::windows::ffi::OsStrExt;
    use std::os::windows::fs::MetadataExt;

    use windows_sys::Win32::Storage::FileSystem::{FILE_ATTRIBUTE_HIDDEN, SetFileAttributesW};

    let (directory, file) = original();
    let name: Vec<u16> = file.as_os_str().encode_wide().chain([0]).collect();
    // SAFETY: the name ends with a zero.
    assert_ne!(
        unsafe { SetFileAttributesW(name.as_ptr(), FILE_ATTRIBUTE_HIDDEN) },
        0
    );
    assert!(add_to(&file, &fragment(), r"C:\contoso.dll").unwrap());
    let attributes = fs::metadata(&file).unwrap().file_attributes();
    assert_ne!(attributes & FILE_ATTRIBUTE_HIDDEN, 0);
    assert_eq!(
        names(directory.path()),
        ["MAPISVC.INF", "MAPISVC.INF.before-CTS"]
    );
}

#[cfg(windows)]
#[test]
fn a_reader_is_waited_for() {
    use std::os::windows::fs::OpenOptionsExt;

    let (_directory, file) = original();
    // As GetPrivateProfileString opens it: nobody may delete the file meanwhile.
    let reader = fs::OpenOptions::new()
        .read(true)
        .share_mode(0x3)
        .open(&file)
        .unwrap();
    let closing = thread::spawn(move || {
        thread::sleep(Duration::from_millis(100));
        drop(reader);
    });
    assert!(add_to(&file, &fragment(), r"C:\contoso.dll").unwrap());
    closing.join().unwrap();
}

/// Not a test but what the processes of the tests below do.
#[test]
fn work() {
    let Some(work) = std::env::var_os(WORK) else {
        return;
    };
    let work = work.into_string().unwrap();
    let [file, service, rounds] = work.split('|').collect::<Vec<_>>()[..] else {
        panic!("{work}");
    };
    let (fragment, dll) = provider(service);
    for _ in 0..rounds.parse::<u32>().unwrap() {
        add_to(Path::new(file), &fragment, &dll).unwrap();
        remove_from(Path::new(file), &fragment).unwrap();
    }
    add_to(Path::new(file), &fragment, &dll).unwrap();
}

fn worker(file: &Path, service: &str, rounds: u32) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "entry::registration::file::tests::work"])
        .env(WORK, format!("{}|{service}|{rounds}", file.display()))
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn processes_at_the_same_time_do_not_disturb_each_other() {
    let (directory, file) = original();
    let providers = ["AAA", "BBB"].map(provider);
    let mut workers = ["AAA", "BBB", "AAA"].map(|service| worker(&file, service, 10));
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        // Whoever reads meanwhile finds whole files.
        let reader = scope.spawn(|| {
            let mut seen = 0;
            while !ended.load(Ordering::Relaxed) {
                let bytes = match fs::read(&file) {
                    Ok(bytes) => bytes,
                    // ReplaceFile keeps readers out for a moment.
                    Err(_) if cfg!(windows) => continue,
                    Err(error) => panic!("{error}"),
                };
                let inf = Inf::read(&bytes);
                for (fragment, dll) in &providers {
                    let state = inf.state_of(fragment, Some(dll));
                    let is_whole = matches!(state, Registered::No | Registered::Yes { .. });
                    assert!(is_whole, "{state:?}");
                }
                seen += 1;
                thread::sleep(Duration::from_millis(1));
            }
            seen
        });
        for worker in &mut workers {
            assert!(worker.wait().unwrap().success());
        }
        ended.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
    });
    for (fragment, dll) in &providers {
        assert!(!would_change(&file, fragment, Edit::Add { dll }).unwrap());
    }
    for (fragment, _) in &providers {
        assert!(remove_from(&file, fragment).unwrap());
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), ORIGINAL);
    assert_eq!(
        names(directory.path()),
        [
            "MAPISVC.INF",
            "MAPISVC.INF.before-AAA",
            "MAPISVC.INF.before-BBB"
        ]
    );
}

#[test]
fn a_killed_process_leaves_the_old_file_or_the_new_one_and_no_lock() {
    let (fragment, dll) = provider("AAA");
    for round in 0..6 {
        let (directory, file) = original();
        let backup = backup_of(&file, &fragment).unwrap();
        let mut worker = worker(&file, "AAA", u32::MAX);
        let start = Instant::now();
        while !backup.exists() {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "no work was done"
            );
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_millis(1 + round * 3));
        worker.kill().unwrap();
        worker.wait().unwrap();
        let mut added = Inf::read(ORIGINAL.as_bytes());
        added.add(&fragment, &dll).unwrap();
        let now = fs::read(&file).unwrap();
        assert!(now == ORIGINAL.as_bytes() || now == added.bytes());
        assert_eq!(fs::read_to_string(&backup).unwrap(), ORIGINAL);
        // Not held up by the dead, nor misled by what they left.
        add_to(&file, &fragment, &dll).unwrap();
        assert!(remove_from(&file, &fragment).unwrap());
        assert_eq!(fs::read_to_string(&file).unwrap(), ORIGINAL);
        assert_eq!(
            names(directory.path()),
            ["MAPISVC.INF", "MAPISVC.INF.before-AAA"]
        );
    }
}

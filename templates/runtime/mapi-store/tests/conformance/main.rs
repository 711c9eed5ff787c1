//! The runtime under the conformance suite, and the suite under providers that are broken on purpose.
#![cfg(feature = "runtime")]

mod crashes;
mod mutants;
mod patch;
#[allow(dead_code, reason = "the other tests use more of it")]
#[path = "../objects/remote.rs"]
mod remote;
#[allow(dead_code, reason = "the other tests use more of it")]
#[path = "../objects/support.rs"]
mod support;

use mapi_host::conformance::{Subject, Suite};
use mapi_host::{Prop, Provider};
use mapi_store::entry::profile;
use std::io::Write;
use std::process::Command;

/// A provider with its files in the directory that the suite gives it.
fn subject(name: &str, provider: Provider) -> Subject {
    let subject = Subject::new(name, provider).cut_off(|directory, away| {
        let aside = directory.with_extension("aside");
        if away {
            std::fs::rename(directory, &aside).expect("nobody uses the directory");
            std::fs::write(directory, "not a directory").expect("the place is free");
        } else {
            std::fs::remove_file(directory).expect("the file is there");
            std::fs::rename(&aside, directory).expect("the place is free");
        }
    });
    #[cfg(debug_assertions)]
    let subject = subject.panicking(mapi_store::com::guard::panic_next);
    subject.configured(|directory| {
        let mail = directory.join("mail");
        std::fs::create_dir_all(&mail).expect("the directory can be made");
        let path = |path: &std::path::Path| path.to_str().expect("the path is text").to_string();
        vec![
            Prop::new(support::PR_SERVER, "https://mail.contoso.example"),
            Prop::new(support::PR_PASSWORD, "secret"),
            Prop::new(support::PR_REMOTE_DIRECTORY, path(&mail)),
            Prop::new(profile::PR_STORE_DIRECTORY, path(directory)),
            Prop::new(profile::PR_LOG_DIRECTORY, path(directory)),
        ]
    })
}

/// This program again, with one of its tests alone.
fn program_with(test: &str) -> std::io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args([test, "--exact", "--nocapture"]);
    Ok(command)
}

/// Writes a line where the harness does not hide it.
fn announce(line: &str) {
    // Without a terminal there is nobody to read it.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Runs the checks that the environment variable `CONFORMANCE` chooses, a comma list of parts of their names, and writes
/// the report to the directory `CONFORMANCE_REPORT`.
fn judge(test: &'static str, subject: &Subject) {
    let wanted = std::env::var("CONFORMANCE").unwrap_or_default();
    let report = Suite::new()
        .started_by(move || program_with(test))
        .only(wanted.split(',').filter(|part| !part.is_empty()))
        .run(subject);
    if let Ok(directory) = std::env::var("CONFORMANCE_REPORT") {
        let directory = std::path::Path::new(&directory).join(subject.name());
        report.save(&directory).expect("the report can be written");
    }
    announce(&format!("{}: {}", subject.name(), report.summary()));
    report.assert_success();
}

#[test]
fn a_store_without_synchronization_conforms() {
    judge(
        "a_store_without_synchronization_conforms",
        &subject("archive", support::archive()),
    );
}

#[test]
fn a_default_store_that_sends_conforms() {
    judge(
        "a_default_store_that_sends_conforms",
        &subject("sending", support::sending()),
    );
}

#[test]
fn a_store_that_synchronizes_conforms() {
    let subject = subject("synchronizing", support::synchronizing()).delivered(|directory| {
        let inbox = directory.join("mail").join("Inbox");
        std::fs::create_dir_all(&inbox).expect("the directory can be made");
        let mail = "Message-ID: <new@contoso.example>\r\nFrom: anna@contoso.example\r\nSubject: new\r\n\r\ntext\r\n";
        std::fs::write(inbox.join("new.eml"), mail).expect("the message can be written");
    });
    judge("a_store_that_synchronizes_conforms", &subject);
}

//! A second process on the store of a check: this program once more, with a task instead of checks.

use crate::conformance::context::work_folder_of;
use crate::conformance::process::{Lost, Worker};
use crate::conformance::{Context, Stop, Subject, not_applicable, worker};
use crate::host::*;
use mapi_abi::*;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// Set in second processes: the task.
const VARIABLE: &str = "MAPI_CONFORMANCE_TASK";
/// How long a task may take.
const LIMIT: Duration = Duration::from_secs(30);

/// What a second process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Saves a message and shuts down fast; answers with the entry id and waits to be killed.
    SaveAndWait,
    /// Registers sinks for the store, a folder and a message; answers with the keys that MAPI gets.
    Keys,
}

impl Task {
    fn name(self) -> &'static str {
        match self {
            Self::SaveAndWait => "save",
            Self::Keys => "keys",
        }
    }
}

/// A second process on a store. It is killed when this is dropped.
pub(crate) struct Second {
    /// What it answered.
    pub(crate) answer: Vec<Vec<u8>>,
    _worker: Worker,
}

/// Starts a second process on the store of a check. Where the suite itself does not run in processes of its own, there is
/// no way to start one, and the check is not applicable.
pub(crate) fn start(
    context: &Context,
    task: Task,
    store: &[u8],
    ids: &[&[u8]],
) -> Result<Second, Stop> {
    let program = std::env::current_exe().ok();
    let (Some(_), Some(program)) = (worker::requested(), program) else {
        return Err(not_applicable("the suite runs in one process"));
    };
    let mut command = Command::new(program);
    let directory = context.directory();
    let mut words = vec![
        task.name().to_string(),
        hex(directory.to_string_lossy().as_bytes()),
        hex(store),
    ];
    words.extend(ids.iter().map(|id| hex(id)));
    command
        .args(std::env::args_os().skip(1))
        .env(VARIABLE, words.join(" "));
    let lost = |lost: Lost| Stop::Failed {
        called: format!("a second process on the store ({task:?})"),
        expected: "an answer".into(),
        came: match lost {
            Lost::Died(how) => how,
            Lost::Hung => "none".into(),
        },
    };
    let mut worker = Worker::start(command, directory).map_err(lost)?;
    let line = worker.line(LIMIT).map_err(lost)?;
    let answer: Option<Vec<_>> = match line.strip_prefix("done ") {
        Some(rest) => rest.split_whitespace().map(unhex).collect(),
        None => None,
    };
    match answer {
        Some(answer) => Ok(Second {
            answer,
            _worker: worker,
        }),
        None => Err(lost(Lost::Died(line))),
    }
}

/// Does the task of this process, if it has one, and waits for its end.
pub(crate) fn serve(word: &str, subject: &Subject) {
    let Ok(task) = std::env::var(VARIABLE) else {
        return;
    };
    worker::say(&format!("{word} {}", worker::READY));
    let line = match perform(&task, subject) {
        Ok(answer) => {
            let words: Vec<String> = answer.iter().map(|bytes| hex(bytes)).collect();
            format!("done {}", words.join(" "))
        }
        Err(failure) => format!("failed: {failure}"),
    };
    worker::say(&format!("{word} {line}"));
    // Nothing is released any more: the other process kills this one.
    loop {
        std::thread::park();
    }
}

fn perform(task: &str, subject: &Subject) -> std::result::Result<Vec<Vec<u8>>, String> {
    let mut words = task.split(' ');
    let name = words.next().unwrap_or_default();
    let arguments: Option<Vec<Vec<u8>>> = words.map(unhex).collect();
    let arguments = arguments.ok_or("a task that nobody can read")?;
    let [directory, store, ids @ ..] = &arguments[..] else {
        return Err("a task without a store".into());
    };
    let directory = PathBuf::from(String::from_utf8_lossy(directory).into_owned());
    // The task ends with the process: all of this stays as it is until then.
    let host = Box::leak(Box::new(Host::new()));
    host.describe_service(subject.description());
    let text = |failure: Failure| failure.to_string();
    let entry_points = subject.provider()?;
    let _ = host
        .configure(&entry_points, &subject.settings(&directory))
        .map_err(text)?;
    let provider = host.start(&entry_points).map_err(text)?;
    let provider = Box::leak(Box::new(provider));
    let session = provider
        .logon(&LogonOptions {
            entry_id: Some(store.clone()),
            ..LogonOptions::default()
        })
        .map_err(text)?;
    let session = Box::leak(Box::new(session));
    if name == Task::SaveAndWait.name() {
        let work = work_folder_of(session).map_err(text)?;
        let message = work
            .add_message(&[Prop::new(PR_SUBJECT, "durable")])
            .map_err(text)?;
        let id = message.entry_id().map_err(text)?;
        std::mem::forget(message);
        std::mem::forget(work);
        // Outlook asks, and goes on without an answer.
        let _ = provider.shut_down_fast();
        Ok(vec![id])
    } else {
        let ids: Vec<&[u8]> = ids.iter().map(Vec::as_slice).collect();
        keys(host, session, &ids).map_err(text)
    }
}

/// The notification keys of the store and of some objects.
pub(crate) fn keys(host: &Host, session: &Session, ids: &[&[u8]]) -> Result<Vec<Vec<u8>>> {
    host.clear_calls();
    let recorder = Recorder::new();
    let objects = std::iter::once(None).chain(ids.iter().map(|id| Some(*id)));
    for object in objects {
        let connection = session
            .store()
            .advise(object, fnevObjectModified, &recorder)?;
        session.store().unadvise(connection)?;
    }
    Ok(host
        .calls_of(Method::Subscribe)
        .into_iter()
        .filter_map(|call| match call.arguments {
            Arguments::Subscribe { key, .. } => Some(key),
            _ => None,
        })
        .collect())
}

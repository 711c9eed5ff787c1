//! Worker processes from outside: a provider that crashes, hangs or ends its process costs one check, and no more.

use crate::conformance::wire::{self, Answer};
use crate::conformance::worker::{READY, VARIABLE};
use crate::host::{hex, lock, new_uid};
use std::collections::VecDeque;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// How long a worker may take to start and to load the provider.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long a worker may take to end once it has nothing more to do.
const END_LIMIT: Duration = Duration::from_secs(10);
/// How much of what a provider writes to the standard error during a check is kept, of its beginning and of its end.
const WORDS: usize = 1024;
/// A line longer than this is none of ours.
const LONGEST_LINE: usize = 4 << 20;

/// Why a worker gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// It ended by itself; how.
    Died(String),
    /// It did not answer in time, and was killed.
    Hung,
}

/// A process that runs checks, one after the other.
pub(crate) struct Worker {
    child: Child,
    /// `None` once the worker has been told to end.
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    words: Arc<Mutex<Words>>,
}

/// What a process has written to its standard error: the beginning and the end.
#[derive(Default)]
struct Words {
    begin: Vec<u8>,
    end: VecDeque<u8>,
}

impl Words {
    fn add(&mut self, bytes: &[u8]) {
        let (begin, rest) = bytes.split_at(bytes.len().min(WORDS - self.begin.len()));
        self.begin.extend(begin);
        self.end.extend(rest);
        let surplus = self.end.len().saturating_sub(WORDS);
        self.end.drain(..surplus);
    }

    fn text(&self) -> String {
        let end: Vec<u8> = self.end.iter().copied().collect();
        let gap = if end.len() < WORDS { "" } else { "\n...\n" };
        let (begin, end) = (
            String::from_utf8_lossy(&self.begin),
            String::from_utf8_lossy(&end),
        );
        format!("{begin}{gap}{end}").trim().to_string()
    }
}

impl Worker {
    /// Starts a worker whose temporary files go to a directory.
    pub(crate) fn start(mut command: Command, directory: &Path) -> Result<Self, Lost> {
        let word = format!("conformance-{}", hex(&new_uid().ab[..8]));
        command
            .env(VARIABLE, &word)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for variable in ["TMPDIR", "TMP", "TEMP"] {
            command.env(variable, directory);
        }
        let mut child = command
            .spawn()
            .map_err(|error| Lost::Died(format!("a worker that cannot be started: {error}")))?;
        let (send, lines) = sync_channel(16);
        let words = Arc::<Mutex<Words>>::default();
        if let Some(output) = child.stdout.take() {
            thread::spawn(move || read_answers(output, &format!("{word} "), &send));
        }
        if let Some(output) = child.stderr.take() {
            let kept = words.clone();
            thread::spawn(move || keep_words(output, &kept));
        }
        let mut worker = Self {
            input: child.stdin.take(),
            child,
            lines,
            words,
        };
        match worker.line(START_LIMIT)?.as_str() {
            READY => Ok(worker),
            other => Err(Lost::Died(format!("a worker that says `{other}`"))),
        }
    }

    /// Runs a check.
    pub(crate) fn run(&mut self, check: &'static str, limit: Duration) -> Result<Answer, Lost> {
        *lock(&self.words) = Words::default();
        if let Some(input) = &mut self.input {
            // A worker that has ended meanwhile shows at the other end.
            let _ = input.write_all(format!("{check}\n").as_bytes());
            let _ = input.flush();
        }
        let line = self.line(limit)?;
        let answer = line.strip_prefix(check).map(str::trim_start);
        answer
            .and_then(|answer| wire::decode(check, answer))
            .ok_or_else(|| {
                self.kill();
                Lost::Died("an answer that nobody can read".into())
            })
    }

    /// Lets the worker end, as a program does that has closed everything; how it died if it did not end well.
    pub(crate) fn end(mut self) -> Result<(), Lost> {
        drop(self.input.take());
        let end = Instant::now() + END_LIMIT;
        while Instant::now() < end {
            match self.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => return Err(Lost::Died(self.obituary(status))),
                Ok(None) => thread::sleep(Duration::from_millis(5)),
                Err(error) => return Err(Lost::Died(error.to_string())),
            }
        }
        self.kill();
        Err(Lost::Hung)
    }

    /// The next line that the worker says to the suite.
    pub(crate) fn line(&mut self, limit: Duration) -> Result<String, Lost> {
        match self.lines.recv_timeout(limit) {
            Ok(line) => Ok(line),
            Err(RecvTimeoutError::Timeout) => {
                self.kill();
                Err(Lost::Hung)
            }
            // The worker has closed its output: it is dead, dying, or no longer of use.
            Err(RecvTimeoutError::Disconnected) => Err(Lost::Died(self.wait())),
        }
    }

    fn wait(&mut self) -> String {
        let end = Instant::now() + END_LIMIT;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return self.obituary(status),
                Ok(None) if Instant::now() < end => thread::sleep(Duration::from_millis(5)),
                Ok(None) => {
                    self.kill();
                    return "the process closed its standard output and went on".into();
                }
                Err(error) => return error.to_string(),
            }
        }
    }

    fn obituary(&self, status: ExitStatus) -> String {
        // What it wrote last may still be on its way.
        thread::sleep(Duration::from_millis(20));
        let words = lock(&self.words).text();
        let how = describe(status);
        if words.is_empty() {
            how
        } else {
            format!("{how}\n{words}")
        }
    }

    fn kill(&mut self) {
        // It may have ended by itself meanwhile, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Hands on the lines that begin with a word, and forgets all others.
fn read_answers(mut output: impl Read, word: &str, send: &SyncSender<String>) {
    let mut line = Vec::new();
    let mut chunk = [0; 8192];
    while let Ok(count @ 1..) = output.read(&mut chunk) {
        for byte in &chunk[..count] {
            if *byte != b'\n' {
                line.push(*byte);
                if line.len() > LONGEST_LINE {
                    line.clear();
                }
                continue;
            }
            let text = String::from_utf8_lossy(&line);
            let ours = text.trim_end_matches('\r').strip_prefix(word);
            if let Some(ours) = ours
                && send.send(ours.to_string()).is_err()
            {
                return;
            }
            line.clear();
        }
    }
}

fn keep_words(mut output: impl Read, kept: &Mutex<Words>) {
    let mut chunk = [0; 4096];
    while let Ok(count @ 1..) = output.read(&mut chunk) {
        lock(kept).add(&chunk[..count]);
    }
}

/// How a process ended, in words.
fn describe(status: ExitStatus) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            return format!("the process died of {}", signal_name(signal));
        }
    }
    match status.code() {
        Some(code) => match exception_name(code as u32) {
            Some(name) => format!("the process died of {name} ({code:#010X})"),
            None => format!("the process ended with exit code {code}"),
        },
        None => format!("the process ended: {status}"),
    }
}

#[cfg(unix)]
fn signal_name(signal: i32) -> String {
    // The numbers that Linux and macOS share.
    match signal {
        4 => "SIGILL, an illegal instruction".into(),
        5 => "SIGTRAP, a trap".into(),
        6 => "SIGABRT, an abort".into(),
        8 => "SIGFPE, an arithmetic error".into(),
        9 => "SIGKILL".into(),
        11 => "SIGSEGV, an access violation".into(),
        7 | 10 => "SIGBUS, a bus error".into(),
        other => format!("signal {other}"),
    }
}

fn exception_name(code: u32) -> Option<&'static str> {
    Some(match code {
        0x8000_0003 => "a breakpoint",
        0xC000_0005 => "an access violation",
        0xC000_001D => "an illegal instruction",
        0xC000_0094 => "an integer division by zero",
        0xC000_00FD => "a stack overflow",
        0xC000_0135 => "a library that is missing",
        0xC000_0374 => "a damaged heap",
        0xC000_0409 => "an abort",
        0xE06D_7363 => "a C++ exception that nobody caught",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_others_are_not_ours() {
        let (send, receive) = sync_channel(8);
        let text = "noise\nword one\r\nhalf a word two\nword three\nword unfinished";
        read_answers(text.as_bytes(), "word ", &send);
        drop(send);
        assert_eq!(receive.iter().collect::<Vec<_>>(), ["one", "three"]);
    }

    #[test]
    fn the_beginning_and_the_end_of_what_was_said_are_kept() {
        let mut words = Words::default();
        words.add(b"the ");
        words.add(b"beginning ");
        assert_eq!(words.text(), "the beginning");
        words.add("x".repeat(5 * WORDS).as_bytes());
        words.add(b" the end\n");
        let text = words.text();
        assert!(text.starts_with("the beginning x") && text.ends_with("x the end"));
        assert!(text.contains("\n...\n") && text.len() < 2 * WORDS + 10);
    }

    #[test]
    fn exceptions_of_windows_have_names() {
        assert_eq!(exception_name(0xC000_0005), Some("an access violation"));
        assert_eq!(exception_name(1), None);
    }
}

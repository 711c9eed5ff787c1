//! Prints what generation costs and gives: wall time of `new` beside `cargo new --lib --vcs none`, taken in turns in one
//! run, and the size of what comes out. Asserts nothing. `cargo bench --bench figures`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 30;

fn main() {
    let place = std::env::temp_dir().join(format!("cargo-mapi-figures-{}", std::process::id()));
    fs::create_dir_all(&place).expect("the temporary directory is writable");

    let mut ours = Vec::new();
    let mut cargos = Vec::new();
    for _ in 0..ROUNDS {
        ours.push(time(&place, || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-mapi"));
            command.args(["new", "my-provider", "--vcs", "none"]);
            command
        }));
        cargos.push(time(&place, || {
            let mut command = Command::new(env!("CARGO"));
            command.args(["new", "my-provider", "--lib", "--vcs", "none"]);
            command
        }));
    }
    let (ours, cargos) = (median(ours), median(cargos));
    println!("wall time, median of {ROUNDS} runs in turns");
    println!("  cargo-mapi new            {:>8.1} ms", milliseconds(ours));
    println!(
        "  cargo new --lib           {:>8.1} ms",
        milliseconds(cargos)
    );
    println!(
        "  ratio                     {:>8.2}",
        ours.as_secs_f64() / cargos.as_secs_f64()
    );

    run(&place, {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-mapi"));
        command.args(["new", "my-provider", "--vcs", "none"]);
        command
    });
    let project = place.join("my-provider");
    let (runtime, team) = count(&project);
    println!("\nfiles and lines of the default project");
    println!(
        "  the team's crate          {:>6} files {:>8} lines",
        team.0, team.1
    );
    println!(
        "  the runtime               {:>6} files {:>8} lines",
        runtime.0, runtime.1
    );
    println!(
        "  together                  {:>6} files {:>8} lines",
        team.0 + runtime.0,
        team.1 + runtime.1
    );
    let _ = fs::remove_dir_all(&place);
}

/// The time that a command takes to make `my-provider` in a place.
fn time(place: &Path, command: impl Fn() -> Command) -> Duration {
    let start = Instant::now();
    run(place, command());
    let elapsed = start.elapsed();
    fs::remove_dir_all(place.join("my-provider")).expect("the command makes my-provider");
    elapsed
}

fn run(place: &Path, mut command: Command) {
    let status = command
        .current_dir(place)
        .stderr(Stdio::null())
        .status()
        .expect("the command runs");
    assert!(status.success(), "{command:?}");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Files and lines below `runtime/`, and all others.
fn count(project: &Path) -> ((usize, usize), (usize, usize)) {
    let mut runtime = (0, 0);
    let mut team = (0, 0);
    for entry in walkdir::WalkDir::new(project)
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
    {
        let bytes = fs::read(entry.path()).unwrap_or_default();
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
        let sum = if entry.path().starts_with(project.join("runtime")) {
            &mut runtime
        } else {
            &mut team
        };
        sum.0 += 1;
        sum.1 += lines;
    }
    (runtime, team)
}

//! `cargo mapi`: generates MAPI message store providers.

fn main() {
    std::process::exit(cargo_mapi::run(std::env::args_os()));
}

//! New templates count: the macro that carries them notices changed files only.

fn main() {
    println!("cargo::rerun-if-changed=templates/provider");
}

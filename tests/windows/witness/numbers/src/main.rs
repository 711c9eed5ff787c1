//! Prints the runtime's numbers as lines for the C preprocessor: constants, identifiers, sizes, offsets, slots.
//!
//! The names come from `build.rs`, which reads them in the sources, the numbers from the compiler.

use core::mem::offset_of;
use mapi_abi::*;

/// A constant as a C expression.
trait Constant {
    fn expression(self) -> String;
}

impl Constant for u32 {
    fn expression(self) -> String {
        format!("0x{self:X}u")
    }
}

impl Constant for u64 {
    fn expression(self) -> String {
        format!("0x{self:X}ull")
    }
}

impl Constant for usize {
    fn expression(self) -> String {
        (self as u64).expression()
    }
}

impl Constant for i32 {
    fn expression(self) -> String {
        self.cast_unsigned().expression()
    }
}

impl Constant for HRESULT {
    fn expression(self) -> String {
        self.0.expression()
    }
}

fn constant(name: &str, value: impl Constant) {
    let value = value.expression();
    println!("#ifdef {name}\nCONSTANT({name}, {value})\n#else\nMISSING({name})\n#endif");
}

fn guid(name: &str, value: GUID) {
    let GUID {
        data1,
        data2,
        data3,
        data4,
    } = value;
    let data4 = data4.map(|byte| format!("0x{byte:X}")).join(", ");
    println!("IDENTIFIER({name}, 0x{data1:X}, 0x{data2:X}, 0x{data3:X}, {data4})");
}

/// The size of a member.
const fn size_of_member<S, M>(_: fn(&S) -> &M) -> usize {
    size_of::<M>()
}

macro_rules! structure {
    ($name:ident { $($member:ident)* }) => {
        println!(
            "STRUCTURE({}, {}, {})",
            stringify!($name), size_of::<$name>(), align_of::<$name>()
        );
        $(println!(
            "MEMBER({}, {}, {}, {})",
            stringify!($name),
            stringify!($member).trim_start_matches("r#"),
            offset_of!($name, $member),
            size_of_member(|value: &$name| {
                // SAFETY: never runs; a member of a union is not read either.
                #[allow(unused_unsafe)]
                unsafe { &value.$member }
            })
        );)*
    };
}

macro_rules! slots {
    ($interface:ident $vtable:ty: $($method:ident at $($path:ident).+;)*) => {
        $(println!(
            "SLOT({}, {}, {})",
            stringify!($interface),
            stringify!($method),
            offset_of!($vtable, $($path).+) / size_of::<usize>()
        );)*
    };
}

/// A section of the output: what a file may use that defines this macro.
fn section(macro_name: &str, print: fn()) {
    println!("#ifdef {macro_name}");
    print();
    println!("#endif");
}

fn main() {
    section("CONSTANT", constants);
    section("IDENTIFIER", guids);
    section("STRUCTURE", structures);
    section("SLOT", slots);
}

include!(concat!(env!("OUT_DIR"), "/names.rs"));

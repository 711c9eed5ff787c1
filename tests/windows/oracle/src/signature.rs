//! What a compiled declaration comes to: the bits of a constant, the place of a member, the shape of a function.

use std::fmt;

/// The bytes of a constant as a number: an integer, a code, a flag type of the bindings, an identifier.
pub fn bits<T: Copy>(value: &T) -> u128 {
    let mut bytes = [0; size_of::<u128>()];
    assert!(size_of::<T>() <= bytes.len());
    // SAFETY: what is read is the value itself, of plain data without padding, and it fits.
    unsafe {
        std::ptr::copy_nonoverlapping(
            std::ptr::from_ref(value).cast(),
            bytes.as_mut_ptr(),
            size_of::<T>(),
        );
    }
    u128::from_le_bytes(bytes)
}

/// Where a member lies in its structure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// In bytes.
    pub offset: usize,
    /// In bytes.
    pub size: usize,
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes at {}", self.size, self.offset)
    }
}

/// The size of what a closure points to.
pub const fn size_of_target<T, M>(_: &impl Fn(*const T) -> *const M) -> usize {
    size_of::<M>()
}

/// The [`Member`] of a structure.
macro_rules! member {
    ($structure:ty, $member:ident) => {
        $crate::signature::Member {
            offset: core::mem::offset_of!($structure, $member),
            // SAFETY: never called; it only has a type.
            size: $crate::signature::size_of_target(&|structure: *const $structure| unsafe {
                &raw const (*structure).$member
            }),
        }
    };
}
pub(crate) use member;

/// A function type without the names of its types.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    convention: &'static str,
    /// In bytes, in order.
    parameters: Vec<usize>,
    /// In bytes.
    result: usize,
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parameters: Vec<String> = self.parameters.iter().map(usize::to_string).collect();
        let (convention, result) = (self.convention, self.result);
        write!(
            f,
            "extern \"{convention}\" fn({}) -> {result}",
            parameters.join(", ")
        )
    }
}

/// A type whose values are functions.
pub trait Function {
    /// Its shape.
    fn signature() -> Signature;
}

/// The shape of a function type.
pub fn signature_of<F: Function>() -> Signature {
    F::signature()
}

macro_rules! functions {
    ($($parameter:ident)*) => {
        functions! { @each $($parameter)* }
    };
    (@each $first:ident $($parameter:ident)*) => {
        functions! { @one "system" $first $($parameter)* }
        functions! { @one "C" $first $($parameter)* }
        functions! { @each $($parameter)* }
    };
    (@each) => {};
    (@one $convention:literal $($parameter:ident)*) => {
        impl<R, $($parameter),*> Function for unsafe extern $convention fn($($parameter),*) -> R {
            fn signature() -> Signature {
                Signature {
                    convention: $convention,
                    parameters: vec![$(size_of::<$parameter>()),*],
                    result: size_of::<R>(),
                }
            }
        }
    };
}

functions! { A B C D E F G H I J K L M N O P }

/// A place in a vtable, and what it takes.
#[derive(Clone, PartialEq, Eq)]
pub struct Slot {
    /// Counted from QueryInterface, 0.
    pub number: usize,
    /// What the method takes, the object first.
    pub signature: Signature,
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "slot {}, {}", self.number, self.signature)
    }
}

/// The shape of the function that a closure returns.
pub fn signature_of_result<V, F: Function>(_: impl Fn(&V) -> F) -> Signature {
    F::signature()
}

/// The [`Slot`] of a method.
macro_rules! slot {
    ($vtable:ty, $method:ident) => {
        $crate::signature::Slot {
            number: core::mem::offset_of!($vtable, $method) / size_of::<usize>(),
            signature: $crate::signature::signature_of_result(|vtable: &$vtable| vtable.$method),
        }
    };
}
pub(crate) use slot;

//! Building the structures that a call takes, or that the host returns, out of owned values.

use crate::host::*;
use mapi_abi::*;
use std::cell::RefCell;
use std::ffi::c_void;
use std::mem::offset_of;
use windows_core::GUID;

/// Where structures are built: memory of the caller for arguments, a chain of MAPI's allocator for results.
pub(crate) trait Space {
    /// Makes room for `size` bytes that live as long as the space, aligned for any structure, all zero.
    fn bytes(&self, size: usize) -> *mut u8;

    /// Makes room for `count` zeroed values of a plain type.
    fn array<T: Copy>(&self, count: usize) -> *mut T {
        self.bytes(count * size_of::<T>()).cast()
    }

    /// Copies plain values.
    fn copy<T: Copy>(&self, values: &[T]) -> *mut T {
        let copy = self.array::<T>(values.len());
        // SAFETY: there is room for as many values, and the two do not overlap.
        unsafe { copy.copy_from_nonoverlapping(values.as_ptr(), values.len()) };
        copy
    }

    /// A UTF-16 string with a zero at its end.
    fn wide(&self, text: &str) -> *mut u16 {
        let units: Vec<u16> = text.encode_utf16().chain([0]).collect();
        self.copy(&units)
    }

    /// An 8-bit string with a zero byte at its end.
    fn narrow(&self, text: &[u8]) -> *mut u8 {
        let bytes: Vec<u8> = text.iter().copied().chain([0]).collect();
        self.copy(&bytes)
    }

    /// Counted bytes.
    fn binary(&self, bytes: &[u8]) -> SBinary {
        SBinary {
            cb: bytes.len() as u32,
            lpb: self.copy(bytes),
        }
    }

    /// Writes a value into a zeroed union.
    fn value(&self, value: &Value, out: &mut SPropValueUnion) {
        macro_rules! array {
            ($member:ident: $array:ident { $pointer:ident }, $values:expr) => {{
                let values: Vec<_> = $values.collect();
                out.$member = $array {
                    cValues: values.len() as u32,
                    $pointer: self.copy(&values),
                }
            }};
        }
        match value {
            Value::Null | Value::Object | Value::Unreadable => {}
            Value::Short(number) => out.i = *number,
            Value::Long(number) => out.l = *number,
            Value::Float(number) => out.flt = *number,
            Value::Double(number) => out.dbl = *number,
            Value::Currency(amount) => out.cur = CURRENCY { int64: *amount },
            Value::AppTime(days) => out.at = *days,
            Value::Error(code) => out.err = *code,
            Value::Boolean(truth) => out.b = u16::from(*truth),
            Value::LongLong(number) => out.li = *number,
            Value::String8(text) => out.lpszA = self.narrow(text),
            Value::Unicode(text) => out.lpszW = self.wide(text),
            Value::Time(time) => out.ft = FILETIME::from_u64(*time),
            Value::Guid(guid) => out.lpguid = self.copy(&[*guid]),
            Value::Binary(bytes) => out.bin = self.binary(bytes),
            Value::Shorts(values) => array!(MVi: SShortArray { lpi }, values.iter().copied()),
            Value::Longs(values) => array!(MVl: SLongArray { lpl }, values.iter().copied()),
            Value::Floats(values) => array!(MVflt: SRealArray { lpflt }, values.iter().copied()),
            Value::Doubles(values) => array!(MVdbl: SDoubleArray { lpdbl }, values.iter().copied()),
            Value::Currencies(values) => {
                array!(MVcur: SCurrencyArray { lpcur }, values.iter().map(|amount| CURRENCY { int64: *amount }));
            }
            Value::AppTimes(values) => array!(MVat: SAppTimeArray { lpat }, values.iter().copied()),
            Value::LongLongs(values) => {
                array!(MVli: SLargeIntegerArray { lpli }, values.iter().copied())
            }
            Value::String8s(values) => {
                array!(MVszA: SLPSTRArray { lppszA }, values.iter().map(|text| self.narrow(text)));
            }
            Value::Unicodes(values) => {
                array!(MVszW: SWStringArray { lppszW }, values.iter().map(|text| self.wide(text)));
            }
            Value::Times(values) => {
                array!(MVft: SDateTimeArray { lpft }, values.iter().map(|time| FILETIME::from_u64(*time)));
            }
            Value::Guids(values) => array!(MVguid: SGuidArray { lpguid }, values.iter().copied()),
            Value::Binaries(values) => {
                array!(MVbin: SBinaryArray { lpbin }, values.iter().map(|bytes| self.binary(bytes)));
            }
        }
    }

    /// An array of properties.
    fn props(&self, props: &[Prop]) -> *mut SPropValue {
        let start = self.array::<SPropValue>(props.len());
        self.fill_props(props, start);
        start
    }

    /// Writes properties to an array that has been made already.
    fn fill_props(&self, props: &[Prop], start: *mut SPropValue) {
        for (index, prop) in props.iter().enumerate() {
            let mut raw = SPropValue::ZERO;
            raw.ulPropTag = prop.tag;
            self.value(&prop.value, &mut raw.Value);
            // SAFETY: the array has room for all the properties.
            unsafe { start.add(index).write(raw) };
        }
    }

    /// A list of tags.
    fn tags(&self, tags: &[u32]) -> *mut SPropTagArray {
        let list = self
            .bytes(SPropTagArray::size_of(tags.len()))
            .cast::<SPropTagArray>();
        // SAFETY: there is room for the count and as many tags.
        unsafe {
            (*list).cValues = tags.len() as u32;
            let first = list
                .cast::<u8>()
                .add(offset_of!(SPropTagArray, aulPropTag))
                .cast::<u32>();
            first.copy_from_nonoverlapping(tags.as_ptr(), tags.len());
        }
        list
    }
}

/// Words before and after an argument that nobody may touch.
const ZONE: usize = 4;
/// What lies in them.
const ZONE_WORD: u64 = 0xFBFB_FBFB_FBFB_FBFB;

thread_local! {
    /// What was done to arguments of calls on this thread.
    static MISUSE: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// What was done to arguments of calls on this thread since the last question.
pub(crate) fn misused_arguments() -> Vec<String> {
    MISUSE.take()
}

/// Memory of the host's own, for arguments, with a zone on each side that shows writes beyond its ends. It is overwritten
/// when the call is over, so that a provider that keeps a pointer to an argument reads garbage instead of being right by
/// luck.
#[derive(Default)]
pub(crate) struct Arena {
    blocks: RefCell<Vec<Argument>>,
}

/// The memory of one argument.
struct Argument {
    size: usize,
    /// A zone, the argument, what fills its last word, and a zone. Never moved or borrowed while the caller has a pointer.
    words: *mut [u64],
}

impl Space for Arena {
    fn bytes(&self, size: usize) -> *mut u8 {
        let mut words = vec![ZONE_WORD; size.div_ceil(8) + 2 * ZONE].into_boxed_slice();
        let start = words[ZONE..].as_mut_ptr().cast::<u8>();
        // SAFETY: there are as many bytes between the zones.
        unsafe { start.write_bytes(0, size) };
        let words = Box::into_raw(words);
        // SAFETY: the words live until the arena is dropped, and the argument begins behind the zone.
        let start = unsafe { words.cast::<u64>().add(ZONE) };
        self.blocks.borrow_mut().push(Argument { size, words });
        start.cast()
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        for Argument { size, words } in self.blocks.take() {
            // SAFETY: the pointer comes from a box, and nobody uses it after this.
            let mut words = unsafe { Box::from_raw(words) };
            let bytes = words.len() * 8;
            // SAFETY: the words are this many bytes, and any byte is a number.
            let all = unsafe { std::slice::from_raw_parts(words.as_ptr().cast::<u8>(), bytes) };
            let zones = all[..ZONE * 8].iter().chain(&all[ZONE * 8 + size..]);
            if !zones.eq(std::iter::repeat_n(&0xFB, bytes - size)) {
                let text = format!("an argument of {size} bytes was written to beyond its ends");
                // While a thread ends there is nobody left to tell.
                let _ = MISUSE.try_with(|found| found.borrow_mut().push(text));
            }
            words.fill(0xDEAD_BEEF_DEAD_BEEF);
            // Without this the compiler may drop a write that nobody can see.
            std::hint::black_box(&mut words);
        }
    }
}

impl Arena {
    /// A list of entry ids.
    pub(crate) fn entry_list(&self, ids: &[&[u8]]) -> *mut ENTRYLIST {
        let binaries: Vec<SBinary> = ids.iter().map(|id| self.binary(id)).collect();
        self.copy(&[SBinaryArray {
            cValues: binaries.len() as u32,
            lpbin: self.copy(&binaries),
        }])
    }

    /// A list of recipients; an empty one stands for an entry without properties.
    pub(crate) fn recipients(&self, recipients: &[Vec<Prop>]) -> *mut ADRLIST {
        let list = self
            .bytes(ADRLIST::size_of(recipients.len()))
            .cast::<ADRLIST>();
        // SAFETY: there is room for the count and as many entries.
        unsafe {
            (*list).cEntries = recipients.len() as u32;
            let first = list
                .cast::<u8>()
                .add(offset_of!(ADRLIST, aEntries))
                .cast::<ADRENTRY>();
            for (index, props) in recipients.iter().enumerate() {
                first.add(index).write(ADRENTRY {
                    ulReserved1: 0,
                    cValues: props.len() as u32,
                    rgPropVals: if props.is_empty() {
                        std::ptr::null_mut()
                    } else {
                        self.props(props)
                    },
                });
            }
        }
        list
    }

    /// A sort order.
    pub(crate) fn sort_order(&self, order: &SortOrder) -> *mut SSortOrderSet {
        let set = self
            .bytes(SSortOrderSet::size_of(order.columns.len()))
            .cast::<SSortOrderSet>();
        // SAFETY: there is room for the header and as many columns.
        unsafe {
            (*set).cSorts = order.columns.len() as u32;
            (*set).cCategories = order.categories;
            (*set).cExpanded = order.expanded;
            let first = set
                .cast::<u8>()
                .add(offset_of!(SSortOrderSet, aSort))
                .cast::<SSortOrder>();
            first.copy_from_nonoverlapping(order.columns.as_ptr(), order.columns.len());
        }
        set
    }

    /// Names of named properties, as an array of pointers.
    pub(crate) fn names(&self, names: &[Name]) -> *mut *mut MAPINAMEID {
        let pointers: Vec<*mut MAPINAMEID> = names.iter().map(|name| self.name(name)).collect();
        self.copy(&pointers)
    }

    /// A string of the width that [`MAPI_UNICODE`] in `flags` says.
    pub(crate) fn text(&self, text: &str, flags: u32) -> *const c_void {
        if flags & MAPI_UNICODE != 0 {
            self.wide(text).cast_const().cast()
        } else {
            self.narrow(text.as_bytes()).cast_const().cast()
        }
    }

    fn name(&self, name: &Name) -> *mut MAPINAMEID {
        let (kind, value) = match &name.kind {
            NameKind::Id(id) => (MNID_ID, MAPINAMEID_Kind { lID: *id }),
            NameKind::String(text) => (
                MNID_STRING,
                MAPINAMEID_Kind {
                    lpwstrName: self.wide(text),
                },
            ),
        };
        self.copy(&[MAPINAMEID {
            lpguid: self.copy::<GUID>(&[name.set]),
            ulKind: kind,
            Kind: value,
        }])
    }
}

/// A chain of MAPI's allocator: one block, and what is linked to it.
pub(crate) struct Chain<'a> {
    memory: &'a MapiMemory,
    base: *mut c_void,
}

impl<'a> Chain<'a> {
    /// A chain whose base has `size` bytes, all zero.
    pub(crate) fn new(memory: &'a MapiMemory, size: usize) -> Self {
        let base = memory.allocate(size);
        // SAFETY: the block has as many bytes.
        unsafe { base.cast::<u8>().write_bytes(0, size) };
        Self { memory, base }
    }

    /// The base, which the receiver frees.
    pub(crate) fn base<T>(&self) -> *mut T {
        self.base.cast()
    }
}

impl Space for Chain<'_> {
    fn bytes(&self, size: usize) -> *mut u8 {
        let block = self.memory.allocate_more(size, self.base).cast::<u8>();
        // SAFETY: the block has as many bytes.
        unsafe { block.write_bytes(0, size) };
        block
    }
}

/// Properties in a chain of their own, as `GetProps` returns them.
pub(crate) fn allocate_props(memory: &MapiMemory, props: &[Prop]) -> *mut SPropValue {
    let chain = Chain::new(memory, props.len() * size_of::<SPropValue>());
    chain.fill_props(props, chain.base());
    chain.base()
}

/// A list of tags in a block of its own.
pub(crate) fn allocate_tags(memory: &MapiMemory, tags: &[u32]) -> *mut SPropTagArray {
    let list = memory
        .allocate(SPropTagArray::size_of(tags.len()))
        .cast::<SPropTagArray>();
    // SAFETY: there is room for the count and as many tags.
    unsafe {
        (&raw mut (*list).cValues).write(tags.len() as u32);
        let first = list
            .cast::<u8>()
            .add(offset_of!(SPropTagArray, aulPropTag))
            .cast::<u32>();
        first.copy_from_nonoverlapping(tags.as_ptr(), tags.len());
    }
    list
}

/// Bytes in a block of their own.
pub(crate) fn allocate_bytes(memory: &MapiMemory, bytes: &[u8]) -> *mut u8 {
    let block = memory.allocate(bytes.len()).cast::<u8>();
    // SAFETY: the block has as many bytes.
    unsafe { block.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    block
}

/// Rows with a block for the set and one for each row.
pub(crate) fn allocate_rows(memory: &MapiMemory, rows: &[Vec<Prop>]) -> *mut SRowSet {
    let set = memory
        .allocate(SRowSet::size_of(rows.len()))
        .cast::<SRowSet>();
    // SAFETY: there is room for the count and as many rows.
    unsafe {
        (&raw mut (*set).cRows).write(rows.len() as u32);
        let first = set
            .cast::<u8>()
            .add(offset_of!(SRowSet, aRow))
            .cast::<SRow>();
        for (index, row) in rows.iter().enumerate() {
            first.add(index).write(SRow {
                ulAdrEntryPad: 0,
                cValues: row.len() as u32,
                lpProps: allocate_props(memory, row),
            });
        }
    }
    set
}

/// The order of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SortOrder {
    /// The columns, most significant first.
    pub columns: Vec<SSortOrder>,
    /// How many of the columns are categories.
    pub categories: u32,
    /// How many of the categories are expanded.
    pub expanded: u32,
}

impl SortOrder {
    /// By these columns, smallest value first.
    pub fn ascending(tags: &[u32]) -> Self {
        Self::by(tags, TABLE_SORT_ASCEND)
    }

    /// By these columns, largest value first.
    pub fn descending(tags: &[u32]) -> Self {
        Self::by(tags, TABLE_SORT_DESCEND)
    }

    fn by(tags: &[u32], order: u32) -> Self {
        Self {
            columns: tags
                .iter()
                .map(|tag| SSortOrder {
                    ulPropTag: *tag,
                    ulOrder: order,
                })
                .collect(),
            ..Self::default()
        }
    }
}

/// Problems in a block of their own.
pub(crate) fn allocate_problems(
    memory: &MapiMemory,
    problems: &[SPropProblem],
) -> *mut SPropProblemArray {
    let list = memory
        .allocate(SPropProblemArray::size_of(problems.len()))
        .cast::<SPropProblemArray>();
    // SAFETY: there is room for the count and as many problems.
    unsafe {
        (&raw mut (*list).cProblem).write(problems.len() as u32);
        let first = list
            .cast::<u8>()
            .add(offset_of!(SPropProblemArray, aProblem))
            .cast::<SPropProblem>();
        first.copy_from_nonoverlapping(problems.as_ptr(), problems.len());
    }
    list
}

//! The memory functions and what they notice.

use crate::host::*;
use mapi_abi::*;
use std::ffi::c_void;

fn buffer(memory: &MapiMemory, size: u32) -> *mut c_void {
    let mut block = std::ptr::null_mut();
    // SAFETY: `block` is a place for the address.
    let code = unsafe { (memory.functions().allocate_buffer)(size, &mut block) };
    assert_eq!(code, S_OK);
    block
}

fn more(memory: &MapiMemory, size: u32, base: *mut c_void) -> (SCODE, *mut c_void) {
    let mut block = std::ptr::null_mut();
    // SAFETY: `block` is a place for the address.
    let code = unsafe { (memory.functions().allocate_more)(size, base, &mut block) };
    (code, block)
}

fn release(memory: &MapiMemory, block: *mut c_void) {
    // SAFETY: the function takes any address.
    unsafe { (memory.functions().free_buffer)(block) };
}

#[test]
fn a_block_goes_with_everything_linked_to_it() {
    let memory = MapiMemory::new();
    let base = buffer(&memory, 10);
    assert_eq!(more(&memory, 20, base).0, S_OK);
    assert_eq!(more(&memory, 0, base).0, S_OK);
    assert_eq!(memory.live_blocks().len(), 1);
    release(&memory, base);
    assert!(memory.live_blocks().is_empty());
    assert!(memory.misuse().is_empty());
    assert_eq!(memory.provider_requests(), 3);
}

#[test]
fn freeing_null_does_nothing() {
    let memory = MapiMemory::new();
    release(&memory, std::ptr::null_mut());
    assert!(memory.misuse().is_empty());
}

#[test]
fn misuse_is_named() {
    let memory = MapiMemory::new();
    let base = buffer(&memory, 10);
    let (_, linked) = more(&memory, 20, base);
    assert_eq!(more(&memory, 20, linked).0, MAPI_E_INVALID_PARAMETER);
    release(&memory, linked);
    release(&memory, base);
    release(&memory, base);
    let local = 5;
    release(&memory, std::ptr::from_ref(&local) as *mut c_void);
    let misuse = memory.misuse();
    assert_eq!(misuse.len(), 4, "{misuse:?}");
    assert!(misuse[2].contains("twice"), "{misuse:?}");
}

#[test]
fn writes_beyond_a_block_and_after_its_end_are_seen() {
    let memory = MapiMemory::new();
    let block = buffer(&memory, 8);
    // SAFETY: the zone behind the block belongs to the allocation.
    unsafe { block.cast::<u8>().add(8).write(1) };
    assert_eq!(memory.misuse().len(), 1);
    release(&memory, block);
    let block = buffer(&memory, 8);
    release(&memory, block);
    // SAFETY: the memory is in quarantine, so it has not been given back yet.
    unsafe { block.cast::<u8>().write(1) };
    assert_eq!(memory.misuse().len(), 2);
}

#[test]
fn only_the_chosen_request_fails() {
    let memory = MapiMemory::new();
    memory.fail_request(2);
    let first = buffer(&memory, 1);
    assert_eq!(more(&memory, 1, first).0, MAPI_E_NOT_ENOUGH_MEMORY);
    assert_eq!(more(&memory, 1, first).0, S_OK);
    assert!(memory.stop_failing());
    release(&memory, first);
}

#[test]
fn hosts_count_for_themselves() {
    let (one, two) = (MapiMemory::new(), MapiMemory::new());
    let block = buffer(&one, 4);
    assert_eq!((one.live_blocks().len(), two.live_blocks().len()), (1, 0));
    release(&two, block);
    assert!(one.live_blocks().is_empty() && one.misuse().is_empty() && two.misuse().is_empty());
}

#[test]
fn leaks_do_not_use_hosts_up() {
    let kept: Vec<(MemoryFunctions, *mut c_void)> = (0..2 * MAXIMUM_HOSTS)
        .map(|_| {
            let memory = MapiMemory::new();
            let block = buffer(&memory, 24);
            assert_eq!(more(&memory, 8, block).0, S_OK);
            (memory.functions(), block)
        })
        .collect();
    let bystander = MapiMemory::new();
    for (functions, block) in kept {
        // SAFETY: the block comes from functions like these and has not been freed.
        unsafe { (functions.free_buffer)(block) };
    }
    assert_eq!(bystander.misuse(), [""; 0]);
}

#[test]
fn nobody_gets_all_memory() {
    let memory = MapiMemory::new();
    let mut blocks = Vec::new();
    loop {
        let mut block = std::ptr::null_mut();
        // SAFETY: `block` is a place for the address.
        let code = unsafe { (memory.functions().allocate_buffer)(1 << 28, &mut block) };
        if code != S_OK {
            assert_eq!(code, MAPI_E_NOT_ENOUGH_MEMORY);
            break;
        }
        blocks.push(block);
        assert!(blocks.len() < 16);
    }
    assert_eq!(memory.misuse().len(), 1);
    blocks.into_iter().for_each(|block| release(&memory, block));
}

#[test]
fn writes_beyond_an_argument_are_seen_where_it_was_made() {
    let host = Host::new();
    let arena = Arena::default();
    let tags = arena.tags(&[PR_SUBJECT, PR_ENTRYID]).cast::<u32>();
    // SAFETY: the zone behind the argument belongs to the allocation.
    unsafe { tags.add(4).write(0) };
    drop(arena);
    let violations = host.violations();
    assert_eq!(violations.len(), 1, "{violations:?}");
    assert!(violations[0].contains("an argument of 12 bytes"));
    assert_eq!(host.violations(), violations);
}

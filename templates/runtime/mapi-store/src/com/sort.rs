//! Sort orders of tables: `SSortOrderSet` there, `store::SortKey` here.

use mapi_abi as abi;

use super::arguments;
use super::fault::{Fault, Outcome};
use super::memory::{Allocators, Chain};
use super::values::{self, types};
use crate::store::{PropTag, SortKey};

/// Reads a sort order that a caller handed in; an empty one is the natural order.
///
/// Categories are `MAPI_E_TOO_COMPLEX` \[imapitable-sorttable\].
///
/// # Safety
/// `set` is a valid sort order.
pub unsafe fn read(set: *const abi::SSortOrderSet) -> Outcome<Vec<SortKey>> {
    arguments::require(set)?;
    // SAFETY: the caller's promise.
    let (orders, categories): (Vec<abi::SSortOrder>, u32) = unsafe {
        (
            arguments::array((&raw const (*set).aSort).cast(), (*set).cSorts)?,
            (*set).cCategories,
        )
    };
    if categories > 0 {
        return Err(Fault::new(abi::MAPI_E_TOO_COMPLEX));
    }
    orders
        .iter()
        .map(|order| {
            let tag = PropTag(order.ulPropTag);
            let descending = match order.ulOrder {
                abi::TABLE_SORT_ASCEND => false,
                abi::TABLE_SORT_DESCEND => true,
                _ => return Err(Fault::new(abi::MAPI_E_TOO_COMPLEX)),
            };
            match tag.of_cell().property_type() & !types::MULTI_VALUED {
                types::UNSPECIFIED | types::NULL | types::ERROR | types::OBJECT => {
                    Err(Fault::new(abi::MAPI_E_TOO_COMPLEX))
                }
                _ => Ok(SortKey {
                    tag: values::stored_tag(tag),
                    descending,
                }),
            }
        })
        .collect()
}

/// A sort order for a caller to free.
pub fn write(memory: Allocators, orders: &[abi::SSortOrder]) -> Outcome<Chain> {
    let chain = Chain::new(memory, abi::SSortOrderSet::size_of(orders.len()))?;
    let set = chain.head::<abi::SSortOrderSet>();
    // SAFETY: the head was allocated for this many orders.
    unsafe {
        (*set).cSorts = u32::try_from(orders.len()).unwrap_or(0);
        std::ptr::copy_nonoverlapping(
            orders.as_ptr(),
            (&raw mut (*set).aSort).cast(),
            orders.len(),
        );
    }
    Ok(chain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::com::test_memory;

    #[test]
    fn an_order_comes_back_as_it_went() {
        let orders = [
            abi::SSortOrder {
                ulPropTag: abi::PR_SUBJECT,
                ulOrder: abi::TABLE_SORT_DESCEND,
            },
            abi::SSortOrder {
                ulPropTag: abi::PR_MESSAGE_SIZE,
                ulOrder: abi::TABLE_SORT_ASCEND,
            },
        ];
        let chain = write(test_memory::allocators(), &orders).unwrap();
        // SAFETY: the chain holds a valid order.
        let keys = unsafe { read(chain.head()) }.unwrap();
        assert_eq!(
            keys[0],
            SortKey {
                tag: PropTag(abi::PR_SUBJECT),
                descending: true
            }
        );
        assert_eq!(
            keys[1],
            SortKey {
                tag: PropTag(abi::PR_MESSAGE_SIZE),
                descending: false
            }
        );
    }

    #[test]
    fn a_key_may_be_the_single_values_of_a_property() {
        let order = abi::SSortOrder {
            ulPropTag: 0x8001_301E,
            ulOrder: abi::TABLE_SORT_ASCEND,
        };
        let chain = write(test_memory::allocators(), &[order]).unwrap();
        // SAFETY: as above.
        let keys = unsafe { read(chain.head()) }.unwrap();
        assert_eq!(keys[0].tag, PropTag(0x8001_301F));
    }

    #[test]
    fn categories_and_odd_columns_are_too_complex() {
        let column = |tag| abi::SSortOrder {
            ulPropTag: tag,
            ulOrder: abi::TABLE_SORT_ASCEND,
        };
        for tag in [0x0037_0000, 0x0E13_000D, 0x8001_300D] {
            let chain = write(test_memory::allocators(), &[column(tag)]).unwrap();
            // SAFETY: as above.
            assert_eq!(
                unsafe { read(chain.head()) }.unwrap_err().code(),
                abi::MAPI_E_TOO_COMPLEX
            );
        }
        let chain = write(test_memory::allocators(), &[column(abi::PR_SUBJECT)]).unwrap();
        // SAFETY: as above.
        unsafe {
            (*chain.head::<abi::SSortOrderSet>()).cCategories = 1;
            assert_eq!(
                read(chain.head()).unwrap_err().code(),
                abi::MAPI_E_TOO_COMPLEX
            );
        }
    }
}

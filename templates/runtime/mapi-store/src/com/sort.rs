//! Sort orders of tables: `SSortOrderSet` there, `store::SortKey` here.

use mapi_abi as abi;

use super::arguments;
use super::fault::{Fault, Outcome};
use super::memory::{Allocators, Chain};
use super::values::{self, types};
use crate::store::{Category, Extreme, PropTag, SortKey};

/// A sort order that a caller handed in.
#[derive(Debug, Default)]
pub struct Order {
    /// The orders as they came.
    pub as_given: Vec<abi::SSortOrder>,
    /// How many of the columns are categories, and how many of the categories are expanded.
    pub counts: (u32, u32),
    /// What to sort by; within the innermost categories, if there are any. Empty for the natural order.
    pub keys: Vec<SortKey>,
    /// What to group by, from the outermost level.
    pub categories: Vec<Category>,
}

impl Order {
    /// How many levels of categories start out expanded.
    pub fn expanded_levels(&self) -> usize {
        let columns = self.counts.1 as usize;
        // The count is one of columns, of which several may make one level.
        let mut seen = 0;
        self.categories
            .iter()
            .take_while(|category| {
                seen += category.keys.len();
                seen <= columns
            })
            .count()
    }
}

/// Reads a sort order that a caller handed in.
///
/// `MAPI_E_INVALID_PARAMETER` if the counts of categories cannot be, `MAPI_E_TOO_COMPLEX` for what cannot be sorted
/// \[imapitable-sorttable\].
///
/// # Safety
/// `set` is a valid sort order.
pub unsafe fn read(set: *const abi::SSortOrderSet) -> Outcome<Order> {
    arguments::require(set)?;
    // SAFETY: the caller's promise.
    let (as_given, categories, expanded): (Vec<abi::SSortOrder>, u32, u32) = unsafe {
        (
            arguments::array((&raw const (*set).aSort).cast(), (*set).cSorts)?,
            (*set).cCategories,
            (*set).cExpanded,
        )
    };
    if categories as usize > as_given.len() || expanded > categories {
        return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER));
    }
    let mut order = Order {
        as_given,
        counts: (categories, expanded),
        keys: Vec::new(),
        categories: Vec::new(),
    };
    let mut columns = categories;
    // Whether what comes next may belong to the last category.
    let mut is_open = false;
    for given in order.as_given.clone() {
        let too_complex = Fault::new(abi::MAPI_E_TOO_COMPLEX);
        let tag = sortable(given.ulPropTag)?;
        let last = order.categories.last_mut().filter(|_| is_open);
        match (given.ulOrder, last) {
            (abi::TABLE_SORT_ASCEND | abi::TABLE_SORT_DESCEND, _) => {
                let key = SortKey {
                    tag,
                    descending: given.ulOrder == abi::TABLE_SORT_DESCEND,
                };
                if columns > 0 {
                    columns -= 1;
                    is_open = true;
                    order.categories.push(Category {
                        keys: vec![key],
                        extreme: None,
                    });
                } else {
                    is_open = false;
                    order.keys.push(key);
                }
            }
            (abi::TABLE_SORT_COMBINE, Some(category)) => {
                columns = columns.saturating_sub(1);
                let descending = category.keys[0].descending;
                category.keys.push(SortKey { tag, descending });
            }
            (abi::TABLE_SORT_CATEG_MAX | abi::TABLE_SORT_CATEG_MIN, Some(category))
                if category.extreme.is_none() && !tag.is_instance() =>
            {
                category.extreme = Some(Extreme {
                    tag,
                    greatest: given.ulOrder == abi::TABLE_SORT_CATEG_MAX,
                });
            }
            _ => return Err(too_complex),
        }
    }
    if columns > 0 {
        return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER));
    }
    Ok(order)
}

/// The property to sort by, as the store keeps it.
fn sortable(tag: u32) -> Outcome<PropTag> {
    let tag = PropTag(tag);
    match tag.of_cell().property_type() & !types::MULTI_VALUED {
        types::UNSPECIFIED | types::NULL | types::ERROR | types::OBJECT => {
            Err(Fault::new(abi::MAPI_E_TOO_COMPLEX))
        }
        _ => Ok(values::stored_tag(tag)),
    }
}

/// A sort order for a caller to free, with the counts of categories and of those that start out expanded.
pub fn write(memory: Allocators, orders: &[abi::SSortOrder], counts: (u32, u32)) -> Outcome<Chain> {
    let chain = Chain::new(memory, abi::SSortOrderSet::size_of(orders.len()))?;
    let set = chain.head::<abi::SSortOrderSet>();
    // SAFETY: the head was allocated for this many orders.
    unsafe {
        (*set).cSorts = u32::try_from(orders.len()).unwrap_or(0);
        ((*set).cCategories, (*set).cExpanded) = counts;
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

    const UP: u32 = abi::TABLE_SORT_ASCEND;
    const DOWN: u32 = abi::TABLE_SORT_DESCEND;

    fn order_of(orders: &[(u32, u32)], counts: (u32, u32)) -> Outcome<Order> {
        let orders: Vec<_> = orders
            .iter()
            .map(|&(tag, order)| abi::SSortOrder {
                ulPropTag: tag,
                ulOrder: order,
            })
            .collect();
        let chain = write(test_memory::allocators(), &orders, counts).unwrap();
        // SAFETY: the chain holds a valid order.
        unsafe { read(chain.head()) }
    }

    fn key(tag: u32, descending: bool) -> SortKey {
        SortKey {
            tag: PropTag(tag),
            descending,
        }
    }

    #[test]
    fn an_order_comes_back_as_it_went() {
        let order = order_of(
            &[(abi::PR_SUBJECT, DOWN), (abi::PR_MESSAGE_SIZE, UP)],
            (0, 0),
        );
        let order = order.unwrap();
        assert_eq!(
            order.keys,
            [key(abi::PR_SUBJECT, true), key(abi::PR_MESSAGE_SIZE, false)]
        );
        assert!(order.categories.is_empty());
        assert_eq!(order.as_given.len(), 2);
    }

    #[test]
    fn a_key_may_be_the_single_values_of_a_property() {
        let order = order_of(&[(0x8001_301E, UP)], (0, 0)).unwrap();
        assert_eq!(order.keys[0].tag, PropTag(0x8001_301F));
    }

    #[test]
    fn odd_columns_are_too_complex() {
        for tag in [0x0037_0000, 0x0E13_000D, 0x8001_300D] {
            let fault = order_of(&[(tag, UP)], (0, 0)).unwrap_err();
            assert_eq!(fault.code(), abi::MAPI_E_TOO_COMPLEX);
        }
    }

    #[test]
    fn the_first_columns_are_the_categories() {
        let columns = [
            (abi::PR_SENDER_NAME, DOWN),
            (abi::PR_IMPORTANCE, UP),
            (abi::PR_SUBJECT, UP),
        ];
        let order = order_of(&columns, (2, 1)).unwrap();
        assert_eq!(order.categories.len(), 2);
        assert_eq!(order.categories[0].keys, [key(abi::PR_SENDER_NAME, true)]);
        assert_eq!(order.keys, [key(abi::PR_SUBJECT, false)]);
        assert_eq!(order.expanded_levels(), 1);
        for counts in [(4, 0), (1, 2)] {
            let fault = order_of(&columns, counts).unwrap_err();
            assert_eq!(fault.code(), abi::MAPI_E_INVALID_PARAMETER);
        }
    }

    #[test]
    fn columns_join_the_category_before_them() {
        let columns = [
            (abi::PR_SENDER_NAME, UP),
            (abi::PR_SUBJECT, abi::TABLE_SORT_COMBINE),
            (abi::PR_MESSAGE_DELIVERY_TIME, abi::TABLE_SORT_CATEG_MAX),
            (abi::PR_MESSAGE_SIZE, DOWN),
        ];
        let order = order_of(&columns, (2, 2)).unwrap();
        assert_eq!(order.categories.len(), 1);
        assert_eq!(order.categories[0].keys.len(), 2);
        let extreme = order.categories[0].extreme.unwrap();
        assert!(extreme.greatest && extreme.tag == PropTag(abi::PR_MESSAGE_DELIVERY_TIME));
        assert_eq!(order.expanded_levels(), 1);
        assert_eq!(order.keys.len(), 1);
        for lonely in [
            abi::TABLE_SORT_COMBINE,
            abi::TABLE_SORT_CATEG_MAX,
            abi::TABLE_SORT_CATEG_MIN,
            99,
        ] {
            let fault = order_of(&[(abi::PR_SUBJECT, lonely)], (0, 0)).unwrap_err();
            assert_eq!(fault.code(), abi::MAPI_E_TOO_COMPLEX);
            let behind = [(abi::PR_SUBJECT, UP), (abi::PR_IMPORTANCE, lonely)];
            assert!(order_of(&behind, (0, 0)).is_err());
        }
    }
}

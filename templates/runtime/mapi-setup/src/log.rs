//! The key that the DLL reads its log's settings from. An installation puts the level there that the DLL has anyway, so that
//! an administrator finds the place; what is there already is the administrator's and stays.

use mapi_store::entry::registration::Product;
use mapi_store::entry::registration::registry::Root;
use mapi_store::entry::{LOG_DIRECTORY, LOG_LEVEL};

/// The values that the DLL reads.
pub const VALUES: [&str; 2] = [LOG_LEVEL, LOG_DIRECTORY];

/// The root of a product's own keys.
pub fn root(product: &Product) -> Root {
    if product.machine {
        Root::LocalMachine
    } else {
        Root::CurrentUser
    }
}

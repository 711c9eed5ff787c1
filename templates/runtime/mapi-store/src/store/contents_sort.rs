//! The order in which a folder's contents table starts out \[imapifolder-savecontentssort\].

use rusqlite::{OptionalExtension, params};

use super::Session;
use super::batch::{Batch, methods};
use super::error::StoreError;
use super::folder::{child_folders, folder_row};
use super::identity::ObjectKey;

/// A sort order as clients write it: what the store keeps for them, and does not look into.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ContentsSort {
    /// How many of the columns are categories.
    pub categories: u32,
    /// How many of the categories start out expanded.
    pub expanded: u32,
    /// The columns: property tags and `TABLE_SORT_` codes.
    pub columns: Vec<(u32, u32)>,
}

methods! {
    /// The order in which the contents table of a folder starts out, if a client has chosen one.
    read contents_sort(folder: ObjectKey) -> Option<ContentsSort>;

    /// Chooses the order in which the contents table of a folder starts out, and with `recursive` those of all folders
    /// below it. No columns mean the natural order.
    write set_contents_sort(folder: ObjectKey, sort: &ContentsSort, recursive: bool) -> ();
}

fn contents_sort(
    session: &Session<'_>,
    folder: ObjectKey,
) -> Result<Option<ContentsSort>, StoreError> {
    let mut statement = session.connection.prepare_cached(
        "SELECT chosen FROM contents_sort JOIN folder ON folder.id = contents_sort.folder WHERE folder.key = ?1",
    )?;
    let chosen: Option<Vec<u8>> = statement.query_row([folder], |row| row.get(0)).optional()?;
    chosen.map(|chosen| decode(&chosen)).transpose()
}

fn set_contents_sort(
    batch: &mut Batch<'_>,
    folder: ObjectKey,
    sort: &ContentsSort,
    recursive: bool,
) -> Result<(), StoreError> {
    let row = folder_row(&batch.session(), folder)?;
    if sort.columns.is_empty() {
        batch
            .connection
            .prepare_cached("DELETE FROM contents_sort WHERE folder = ?1")?
            .execute([row])?;
    } else {
        batch
            .connection
            .prepare_cached(
                "INSERT OR REPLACE INTO contents_sort (folder, chosen) VALUES (?1, ?2)",
            )?
            .execute(params![row, encode(sort)])?;
    }
    if recursive {
        for child in child_folders(&batch.session(), folder)? {
            set_contents_sort(batch, child.key, sort, true)?;
        }
    }
    Ok(())
}

fn encode(sort: &ContentsSort) -> Vec<u8> {
    let columns = sort.columns.iter().flat_map(|(tag, order)| [*tag, *order]);
    [sort.categories, sort.expanded]
        .into_iter()
        .chain(columns)
        .flat_map(u32::to_le_bytes)
        .collect()
}

fn decode(bytes: &[u8]) -> Result<ContentsSort, StoreError> {
    let (numbers, rest) = bytes.as_chunks::<4>();
    let numbers: Vec<u32> = numbers
        .iter()
        .map(|number| u32::from_le_bytes(*number))
        .collect();
    match numbers.as_slice() {
        [categories, expanded, columns @ ..] if rest.is_empty() && columns.len() % 2 == 0 => {
            Ok(ContentsSort {
                categories: *categories,
                expanded: *expanded,
                columns: columns
                    .chunks(2)
                    .map(|column| (column[0], column[1]))
                    .collect(),
            })
        }
        _ => Err(StoreError::Corrupt("a sort order is damaged".into())),
    }
}

//! What folders have of IMAPIContainer.

use super::stage::accepted;
use super::*;

session! {
    "IMAPIFolder::GetContentsTable", "imapicontainer-getcontentstable", 0, |stage| {
        let folder = stage.work();
        Ok(Box::new(move || {
            folder.contents()?.all_rows()?;
            folder.associated()?.all_rows().map(drop)
        }))
    };
    "IMAPIFolder::GetHierarchyTable", "imapicontainer-gethierarchytable", 0, |stage| {
        let folder = stage.open.root()?;
        Ok(Box::new(move || {
            folder.hierarchy()?.all_rows()?;
            folder.deep_hierarchy()?.query_rows(20, 0).map(drop)
        }))
    };
    "IMAPIFolder::OpenEntry", "imapicontainer-openentry", 0, |stage| {
        let (folder, id) = (stage.work(), stage.message_id.clone());
        Ok(Box::new(move || folder.open_message(&id).map(drop)))
    };
    "IMAPIFolder::SetSearchCriteria", "imapicontainer-setsearchcriteria", STORE_SEARCH_OK, |stage| {
        let search = search_folder(stage)?;
        let scope = stage.work().entry_id()?;
        Ok(Box::new(move || {
            let condition = Restriction::contains(PR_SUBJECT, FL_SUBSTRING | FL_IGNORECASE, "stage");
            let code = search.set_search_criteria(Some(&condition), Some(&[&scope]), RECURSIVE_SEARCH);
            accepted("IMAPIFolder::SetSearchCriteria", code)
        }))
    };
    "IMAPIFolder::GetSearchCriteria", "imapicontainer-getsearchcriteria", STORE_SEARCH_OK, |stage| {
        let search = search_folder(stage)?;
        let scope = stage.work().entry_id()?;
        let condition = Restriction::equals(PR_SUBJECT, "3");
        let code = search.set_search_criteria(Some(&condition), Some(&[&scope]), SHALLOW_SEARCH);
        accepted("IMAPIFolder::SetSearchCriteria", code)?;
        let memory = stage.host.memory().functions();
        Ok(Box::new(move || {
            let (mut restriction, mut folders, mut state) = (std::ptr::null_mut(), std::ptr::null_mut(), 0);
            // SAFETY: the arguments are places for the results.
            let code = unsafe {
                search.raw_folder().GetSearchCriteria(MAPI_UNICODE, &mut restriction, &mut folders, &mut state)
            };
            if code.is_ok() {
                // SAFETY: both are blocks of the memory functions, and ours.
                unsafe {
                    (memory.free_buffer)(restriction.cast());
                    (memory.free_buffer)(folders.cast());
                }
            }
            accepted("IMAPIFolder::GetSearchCriteria", code)
        }))
    };
    "IMAPIFolder::OpenProperty", "contents-tables", 0, |stage| {
        let folder = stage.work();
        Ok(Box::new(move || {
            folder.table(PR_CONTAINER_CONTENTS)?.query_rows(3, 0)?;
            folder.table(PR_CONTAINER_HIERARCHY)?.query_rows(3, 0).map(drop)
        }))
    };
}

fn search_folder(stage: &Stage) -> Result<Folder> {
    let finder = stage.store().binary(PR_FINDER_ENTRYID)?;
    let finder = stage.store().open_folder(&finder)?;
    finder.create_folder_with(FOLDER_SEARCH, &stage.name(), None, MAPI_UNICODE)
}

//! How the folders of a spec fit together: parents, names, roles, receive folders, order.

use std::collections::HashMap;

use super::super::codes::Code;
use super::super::finding::Finding;
use super::super::model::Folder;
use super::super::report::{Report, Spanned, quoted};
use super::super::words::FolderRole;
use super::folders::{Draft, default_draft};

/// How deep folders may nest.
const MAX_DEPTH: usize = 64;

/// The folders below the store's root that every store has. MAPI asks for the first two everywhere, and Outlook keeps
/// its views in secondary stores too.
const BELOW_ROOT: &[(&str, FolderRole)] = &[
    ("IPM Subtree", FolderRole::IpmSubtree),
    ("Search Root", FolderRole::SearchRoot),
    ("Common Views", FolderRole::CommonViews),
    ("Views", FolderRole::Views),
];

/// Checks the folders and puts them in order.
pub(super) fn build(mut drafts: Vec<Draft>, report: &Report) -> Vec<Folder> {
    check_ids(&drafts, report);
    check_roles(&drafts, report);
    add_below_root(&mut drafts);
    let mut parents = find_parents(&drafts, report);
    break_circles(&drafts, &mut parents, report);
    let order = parents_first(&drafts, &parents, report);
    check_names(&drafts, &parents, report);
    check_receive_classes(&drafts, report);
    give_default_class(&mut drafts);
    into_folders(drafts, &parents, &order)
}

fn check_ids(drafts: &[Draft], report: &Report) {
    let mut seen: HashMap<&str, &Draft> = HashMap::new();
    for draft in drafts.iter().filter(|draft| !draft.id.value.is_empty()) {
        let Some(first) = seen.insert(&draft.id.value, draft) else {
            continue;
        };
        seen.insert(&draft.id.value, first);
        let same_place = first.parent.as_ref().map(|parent| &parent.value)
            == draft.parent.as_ref().map(|parent| &parent.value);
        // Two siblings of one name are reported as such.
        if same_place && first.name.value == draft.name.value {
            continue;
        }
        Finding::new(
            Code::DuplicateFolderId,
            format!("two folders have the id {}", quoted(&draft.id.value)),
        )
        .at(draft.id.span, "again here")
        .at(first.id.span, "first here")
        .help("give one of them an `id` of its own; without one the name is the id")
        .report(report);
    }
}

fn check_roles(drafts: &[Draft], report: &Report) {
    let mut seen: HashMap<FolderRole, &Draft> = HashMap::new();
    for draft in drafts
        .iter()
        .filter(|draft| draft.role.value != FolderRole::None)
    {
        let role = draft.role.value;
        if let Some(parent) = draft.parent.as_ref().filter(|_| role.is_below_root()) {
            Finding::new(
                Code::RolePlace,
                format!("a folder with the role `{role}` has no parent"),
            )
            .at(parent.span, "")
            .help("it lies beside the visible folders, below the store's root; remove `parent`")
            .report(report);
        }
        if let Some(first) = seen.get(&role) {
            Finding::new(
                Code::DuplicateRole,
                format!("two folders have the role `{role}`"),
            )
            .at(draft.role.span, "again here")
            .at(first.role.span, "first here")
            .help("a store has one folder for each role; remove one of them")
            .report(report);
        } else {
            seen.insert(role, draft);
        }
        if role.is_below_root()
            && role != FolderRole::IpmSubtree
            && !draft.receive_classes.is_empty()
        {
            Finding::new(
                Code::RolePlace,
                format!("the folder with the role `{role}` cannot receive messages"),
            )
            .at(draft.receive_classes[0].span, "")
            .help("remove `receive-classes`")
            .report(report);
        }
    }
}

/// Adds what belongs below the root and is not in the spec.
fn add_below_root(drafts: &mut Vec<Draft>) {
    for (name, role) in BELOW_ROOT.iter().rev() {
        if drafts.iter().any(|draft| draft.role.value == *role) {
            continue;
        }
        let mut draft = default_draft(name, *role);
        while drafts.iter().any(|other| other.id.value == draft.id.value) {
            draft.id.value.push_str(" (root)");
        }
        drafts.insert(0, draft);
    }
}

/// The index of each folder's parent, `None` for what is directly below the IPM subtree or the root.
fn find_parents(drafts: &[Draft], report: &Report) -> Vec<Option<usize>> {
    let mut by_id: HashMap<&str, usize> = HashMap::new();
    for (index, draft) in drafts.iter().enumerate() {
        by_id.entry(&draft.id.value).or_insert(index);
    }
    let find = |draft: &Draft| {
        let parent = draft
            .parent
            .as_ref()
            .filter(|_| !draft.role.value.is_below_root())?;
        let Some(index) = by_id.get(parent.value.as_str()).copied() else {
            report_unknown_parent(drafts, parent, report);
            return None;
        };
        let role = drafts[index].role.value;
        if role.is_below_root() && role != FolderRole::IpmSubtree {
            Finding::new(
                Code::RolePlace,
                format!("the folder with the role `{role}` holds no folders of a spec"),
            )
            .at(parent.span, "")
            .help("users would never see it; remove `parent`")
            .report(report);
            return None;
        }
        Some(index).filter(|_| role != FolderRole::IpmSubtree)
    };
    drafts.iter().map(find).collect()
}

fn report_unknown_parent(drafts: &[Draft], parent: &Spanned<String>, report: &Report) {
    let ids = drafts
        .iter()
        .filter(|draft| !draft.role.value.is_below_root())
        .map(|draft| draft.id.value.as_str());
    Finding::new(Code::UnknownParent, format!("no folder has the id {}", quoted(&parent.value)))
        .at(parent.span, "")
        .suggest(report.nearest(&parent.value, ids))
        .help("`parent` is the `id` of a folder, or its name if it has no id; without `parent` a folder is at the top")
        .report(report);
}

/// Reports folders that lie in each other, and takes one of each circle out.
fn break_circles(drafts: &[Draft], parents: &mut [Option<usize>], report: &Report) {
    // 0: not visited; otherwise the number of the walk that came by.
    let mut visited = vec![0_usize; drafts.len()];
    for start in 0..drafts.len() {
        let mut at = start;
        while visited[at] == 0 {
            visited[at] = start + 1;
            let Some(parent) = parents[at] else { break };
            at = parent;
        }
        let Some(parent) = parents[at].filter(|_| visited[at] == start + 1) else {
            continue;
        };
        // The walk of this start came by here before: a circle, unless it ended here at the top.
        report_circle(drafts, parents, at, report);
        debug_assert!(visited[parent] == start + 1);
        parents[at] = None;
    }
}

fn report_circle(drafts: &[Draft], parents: &[Option<usize>], start: usize, report: &Report) {
    const MAX_SHOWN: usize = 6;
    let mut circle = vec![start];
    let mut at = start;
    while let Some(parent) = parents[at].filter(|parent| *parent != start) {
        circle.push(parent);
        at = parent;
    }
    let message = match circle.as_slice() {
        [one] => format!(
            "the folder {} lies in itself",
            quoted(&drafts[*one].id.value)
        ),
        _ => format!("{} folders lie in each other, in a circle", circle.len()),
    };
    let mut finding = Finding::new(Code::CyclicParent, message);
    for index in circle.iter().take(MAX_SHOWN) {
        if let Some(parent) = &drafts[*index].parent {
            let text = format!(
                "{} lies in {}",
                quoted(&drafts[*index].id.value),
                quoted(&parent.value)
            );
            finding = finding.at(parent.span, text);
        }
    }
    finding
        .help("remove one `parent`, or name another")
        .report(report);
}

/// The indices so that every parent comes before its children and what is below the root before everything else,
/// otherwise in the order of the spec.
fn parents_first(drafts: &[Draft], parents: &[Option<usize>], report: &Report) -> Vec<usize> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); drafts.len()];
    let (mut below_root, mut pending) = (Vec::new(), Vec::new());
    for (index, parent) in parents.iter().enumerate().rev() {
        match parent {
            Some(parent) => children[*parent].push(index),
            None if drafts[index].role.value.is_below_root() => below_root.push((index, 1)),
            None => pending.push((index, 1)),
        }
    }
    pending.append(&mut below_root);
    let mut order = Vec::with_capacity(drafts.len());
    while let Some((index, depth)) = pending.pop() {
        if depth == MAX_DEPTH + 1 {
            Finding::new(
                Code::FolderTooDeep,
                format!("folders nest deeper than {MAX_DEPTH} levels"),
            )
            .at(drafts[index].span, "this one is too deep")
            .help("move it up")
            .report(report);
        }
        order.push(index);
        // The children were collected backwards, so that the first one is popped first.
        pending.extend(children[index].iter().map(|child| (*child, depth + 1)));
    }
    order
}

fn check_names(drafts: &[Draft], parents: &[Option<usize>], report: &Report) {
    let mut seen: HashMap<(Option<usize>, bool, String), usize> = HashMap::new();
    for (index, draft) in drafts
        .iter()
        .enumerate()
        .filter(|(_, draft)| !draft.name.value.is_empty())
    {
        let key = (
            parents[index],
            draft.role.value.is_below_root(),
            draft.name.value.to_lowercase(),
        );
        let first = *seen.entry(key).or_insert(index);
        if first == index {
            continue;
        }
        Finding::new(
            Code::DuplicateFolderName,
            format!(
                "two folders in one place are called {}",
                quoted(&draft.name.value)
            ),
        )
        .at(draft.name.span, "again here")
        .at(drafts[first].name.span, "first here")
        .help("rename one of them; case does not count")
        .report(report);
    }
}

fn check_receive_classes(drafts: &[Draft], report: &Report) {
    let mut seen: HashMap<String, &Spanned<String>> = HashMap::new();
    for class in drafts.iter().flat_map(|draft| &draft.receive_classes) {
        let key = class.value.to_ascii_lowercase();
        if let Some(first) = seen.get(&key) {
            // Twice in one list has been reported already.
            if first.value == class.value
                && drafts.iter().any(|draft| {
                    draft
                        .receive_classes
                        .iter()
                        .any(|other| other.span == class.span)
                        && draft
                            .receive_classes
                            .iter()
                            .any(|other| other.span == first.span)
                })
            {
                continue;
            }
            Finding::new(
                Code::DuplicateReceiveClass,
                format!("two folders receive {}", quoted(&class.value)),
            )
            .at(class.span, "again here")
            .at(first.span, "first here")
            .help("a message class is delivered to one folder; remove it from the other")
            .report(report);
        } else {
            seen.insert(key, class);
        }
    }
}

/// Some folder must take what no other takes: the Inbox, or in a store without one the top of what users see.
fn give_default_class(drafts: &mut [Draft]) {
    if drafts
        .iter()
        .flat_map(|draft| &draft.receive_classes)
        .any(|class| class.value.is_empty())
    {
        return;
    }
    for role in [FolderRole::Inbox, FolderRole::IpmSubtree] {
        if let Some(draft) = drafts.iter_mut().find(|draft| draft.role.value == role) {
            let span = draft.span;
            draft.receive_classes.insert(
                0,
                Spanned {
                    value: String::new(),
                    span,
                },
            );
            return;
        }
    }
}

fn into_folders(drafts: Vec<Draft>, parents: &[Option<usize>], order: &[usize]) -> Vec<Folder> {
    let mut place = vec![0; drafts.len()];
    for (position, index) in order.iter().enumerate() {
        place[*index] = position;
    }
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    let folder = |index: &usize| {
        let draft = drafts[*index].take()?;
        Some(Folder {
            id: draft.id.value,
            name: draft.name.value,
            parent: parents[*index].map(|parent| place[parent]),
            role: draft.role.value,
            container_class: draft.container_class,
            comment: draft.comment,
            receive_classes: draft
                .receive_classes
                .into_iter()
                .map(|class| class.value)
                .collect(),
            hidden: draft.hidden,
        })
    };
    order.iter().filter_map(folder).collect()
}

//! What was found and done, for people and for programs. Both views are of one value.

use std::io::{self, Write};

use mapi_store::entry::registration::Product;
use serde::Serialize;

use crate::plan::{Item, Plan, What};
use crate::profiles::ProfileUse;
use crate::target::{Target, Task};
use crate::trouble::Trouble;

/// Everything that there is to say.
pub struct Report<'a> {
    product: &'a Product,
    task: Task,
    /// Whether nothing is to be changed.
    pub is_dry: bool,
    /// Whether the steps were done.
    pub is_done: bool,
    /// The plan.
    pub plan: Plan,
    /// Profiles that use the service.
    pub profiles: Vec<ProfileUse>,
    /// What is left to say after the steps were done.
    pub notes: Vec<String>,
    seen: Option<Seen>,
    troubles: Vec<Trouble>,
}

/// What was found on the machine.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Seen {
    architecture: String,
    location: String,
    outlooks: Vec<SeenOutlook>,
    looked_at: Vec<SeenPlace>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct SeenOutlook {
    product: String,
    version: Option<String>,
    architecture: String,
    files: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct SeenPlace {
    what: String,
    found: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Json<'a> {
    action: &'static str,
    product: &'a str,
    version: &'a str,
    service: &'a str,
    dry_run: bool,
    done: bool,
    registered: Option<&'static str>,
    #[serde(flatten)]
    seen: Option<&'a Seen>,
    profiles: &'a [ProfileUse],
    items: Vec<JsonItem<'a>>,
    notes: &'a [String],
    errors: Vec<JsonTrouble<'a>>,
}

#[derive(Serialize)]
struct JsonItem<'a> {
    #[serde(flatten)]
    item: &'a Item,
    state: &'static str,
}

#[derive(Serialize)]
struct JsonTrouble<'a> {
    what: &'a str,
    help: Option<&'a str>,
}

impl<'a> Report<'a> {
    /// A report of an action that was not begun.
    pub fn new(product: &'a Product, task: Task, is_dry: bool) -> Self {
        Self {
            product,
            task,
            is_dry,
            is_done: false,
            plan: Plan::default(),
            profiles: Vec::new(),
            notes: Vec::new(),
            seen: None,
            troubles: Vec::new(),
        }
    }

    /// Takes down what was found.
    pub fn see(&mut self, target: &Target) {
        let search = target.search.as_ref();
        let outlooks = search.into_iter().flat_map(|search| &search.outlooks);
        let places = search.into_iter().flat_map(|search| &search.looked_at);
        self.seen = Some(Seen {
            architecture: target.architecture.to_string(),
            location: target.location.display().to_string(),
            outlooks: outlooks
                .map(|outlook| SeenOutlook {
                    product: outlook.installation.to_string(),
                    version: outlook.version.clone(),
                    architecture: outlook.architecture.to_string(),
                    files: outlook
                        .files
                        .iter()
                        .map(|file| file.display().to_string())
                        .collect(),
                })
                .collect(),
            looked_at: places
                .map(|place| SeenPlace {
                    what: place.what.clone(),
                    found: place.found.clone(),
                })
                .collect(),
        });
    }

    /// Takes down what went wrong.
    pub fn fail(&mut self, troubles: Vec<Trouble>) {
        self.troubles.extend(troubles);
    }

    /// Whether the exit code is 0.
    pub fn is_success(&self) -> bool {
        self.troubles.is_empty() && (self.task != Task::Status || self.registered() == "yes")
    }

    /// Whether everything is as it should be, in part, or not at all.
    fn registered(&self) -> &'static str {
        let in_infs = || {
            self.plan
                .items
                .iter()
                .filter(|item| item.what == What::MapisvcInf)
        };
        // What is left of a DLL that is still loaded takes nothing from the registration.
        let mut wanted = (self.plan.items.iter()).filter(|item| item.what != What::Leftover);
        if wanted.all(Item::is_as_wanted) && in_infs().next().is_some() {
            "yes"
        } else if self
            .plan
            .items
            .iter()
            .any(|item| item.before.is_some() && is_own(item.what))
        {
            "partly"
        } else {
            "no"
        }
    }

    fn state(item: &Item) -> &'static str {
        match (item.is_as_wanted(), &item.before, &item.after) {
            (true, ..) => "as-wanted",
            (false, None, _) => "missing",
            (false, Some(_), None) => "present",
            (false, Some(_), Some(_)) => "different",
        }
    }

    /// Prints JSON.
    ///
    /// # Errors
    /// When the stream cannot be written.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let is_status = self.task == Task::Status && self.troubles.is_empty();
        let json = Json {
            action: self.task.word(),
            product: self.product.display_name,
            version: self.product.version,
            service: self.product.service_name,
            dry_run: self.is_dry,
            done: self.is_done,
            registered: is_status.then(|| self.registered()),
            seen: self.seen.as_ref(),
            profiles: &self.profiles,
            items: self
                .plan
                .items
                .iter()
                .map(|item| JsonItem {
                    item,
                    state: Self::state(item),
                })
                .collect(),
            notes: &self.notes,
            errors: self
                .troubles
                .iter()
                .map(|trouble| JsonTrouble {
                    what: &trouble.what,
                    help: trouble.help.as_deref(),
                })
                .collect(),
        };
        serde_json::to_writer_pretty(&mut *out, &json)?;
        writeln!(out)?;
        out.flush()
    }

    /// Prints text: what was found and done to one stream, what went wrong to the other.
    ///
    /// # Errors
    /// When a stream cannot be written.
    pub fn text(&self, out: &mut dyn Write, errors: &mut dyn Write, quiet: bool) -> io::Result<()> {
        if !quiet {
            self.facts(out)?;
            out.flush()?;
        }
        let mut helps: Vec<&str> = Vec::new();
        for trouble in &self.troubles {
            writeln!(errors, "error: {trouble}")?;
            helps.extend(trouble.help.as_deref());
        }
        helps.dedup();
        for help in helps {
            writeln!(errors, "help: {help}")?;
        }
        if !self.troubles.is_empty() && self.task != Task::Status && !self.is_dry {
            if self.troubles.iter().any(|trouble| trouble.leaves_changes) {
                writeln!(errors, "Everything else was taken back.")?;
            } else {
                writeln!(errors, "Nothing was changed.")?;
            }
        }
        errors.flush()
    }

    fn facts(&self, out: &mut dyn Write) -> io::Result<()> {
        let Some(seen) = &self.seen else {
            return Ok(());
        };
        writeln!(
            out,
            "{} {} ({}) in {}",
            self.product.display_name, self.product.version, seen.architecture, seen.location
        )?;
        for outlook in &seen.outlooks {
            let version = outlook.version.as_deref().unwrap_or("of unknown version");
            writeln!(
                out,
                "  Outlook {version}, {}, {}: {}",
                outlook.product,
                outlook.architecture,
                outlook.files.join(", ")
            )?;
        }
        if self.task == Task::Status {
            return self.status(out);
        }
        if !self.troubles.is_empty() {
            return Ok(());
        }
        let mut count = 0;
        for item in self.plan.steps() {
            count += 1;
            let (sign, value) = match (&item.before, &item.after) {
                (None, after) => ('+', after.clone().unwrap_or_default()),
                (Some(before), None) => ('-', before.clone()),
                (Some(before), Some(after)) => ('~', format!("{after}, was {before}")),
            };
            writeln!(out, "  {sign} {}: {value}", item.place)?;
        }
        for note in &self.notes {
            writeln!(out, "note: {note}")?;
        }
        let last = match (count, self.is_dry, self.task) {
            (0, _, Task::Uninstall) => "It is not installed: there is nothing to do.",
            (0, ..) => "Everything is there already: there is nothing to do.",
            (_, true, _) => "These steps would be done; nothing was changed.",
            (_, _, Task::Install) => {
                "Installed. Now add it to a profile: Control Panel, Mail, E-mail Accounts or Data Files."
            }
            (_, _, Task::Uninstall) => "Uninstalled.",
            _ => "Repaired.",
        };
        writeln!(out, "{last}")
    }

    fn status(&self, out: &mut dyn Write) -> io::Result<()> {
        for item in &self.plan.items {
            let found = match (&item.before, &item.after) {
                (Some(before), _) if item.is_as_wanted() => before.clone(),
                (None, Some(after)) => format!("should be {after}"),
                (Some(before), Some(after)) => format!("is {before}, should be {after}"),
                (_, None) => "should not be there".to_owned(),
            };
            writeln!(out, "  {:<9} {}: {found}", Self::state(item), item.place)?;
        }
        if self.profiles.is_empty() {
            writeln!(out, "  no profile of a user who is logged on uses it")?;
        }
        for profile in &self.profiles {
            writeln!(out, "  in use by {profile}")?;
        }
        if let (Some(seen), "no") = (&self.seen, self.registered()) {
            for place in &seen.looked_at {
                let found = place.found.as_deref().unwrap_or("nothing");
                writeln!(out, "  looked at {}: {found}", place.what)?;
            }
        }
        let last = match self.registered() {
            "yes" => "Registered.",
            "partly" => "Registered in part: setup repair puts back what is missing or differs.",
            _ => "Not registered.",
        };
        writeln!(out, "{last}")
    }
}

/// Whether something shows that the provider is, or was, installed.
fn is_own(what: What) -> bool {
    !matches!(what, What::Directory | What::Leftover | What::Key)
}

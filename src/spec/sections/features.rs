//! `features` in `[store]`: what the store claims.

use super::super::codes::Code;
use super::super::finding::{Finding, Span};
use super::super::reader::{TableReader, Words};
use super::super::report::{Report, Spanned, one_of, quoted};
use super::super::words::{Feature, StoreKind};

/// Features that exclude each other.
const EXCLUSIVE: &[(Feature, Feature)] = &[
    (Feature::ReadOnly, Feature::Create),
    (Feature::ReadOnly, Feature::Modify),
    (Feature::ReadOnly, Feature::Submit),
];

/// Features that need another one.
const NEEDS: &[(Feature, Feature)] = &[
    (Feature::Submit, Feature::Create),
    (Feature::Submit, Feature::Modify),
    (Feature::Search, Feature::Create),
    (Feature::Search, Feature::Modify),
    (Feature::Search, Feature::Restrictions),
    (Feature::Categories, Feature::Sorting),
];

/// What the runtime does in every store, so that not to claim it would be untrue.
const ALWAYS: &[Feature] = &[Feature::Unicode, Feature::UniqueEntryIds];

/// What MAPI asks of a store that can be the default one [default-message-stores].
const DEFAULT_CAPABLE: &[Feature] = &[
    Feature::Create,
    Feature::Modify,
    Feature::Attachments,
    Feature::Notifications,
    Feature::Restrictions,
    Feature::Sorting,
    Feature::MultiValued,
    Feature::Submit,
];

/// Everything that the runtime has for a store of that kind.
fn default_features(kind: Option<StoreKind>) -> Vec<Feature> {
    let sends = kind == Some(StoreKind::DefaultCapable);
    Feature::ALL
        .iter()
        .copied()
        .filter(|feature| feature.available() && *feature != Feature::ReadOnly)
        .filter(|feature| sends || *feature != Feature::Submit)
        .collect()
}

pub(super) fn read(
    reader: &TableReader<'_>,
    kind: Option<StoreKind>,
    report: &Report,
) -> Vec<Feature> {
    let Some(Words {
        words: claimed,
        all_known,
    }) = reader.words::<Feature>("features")
    else {
        return default_features(kind);
    };
    for feature in &claimed {
        if let Some(why) = feature.value.missing_because() {
            Finding::new(
                Code::UnavailableFeature,
                format!("`{}` cannot be claimed yet", feature.value),
            )
            .at(feature.span, feature.value.constant())
            .help(why)
            .help("remove it from the list")
            .report(report);
        }
    }
    if kind == Some(StoreKind::Secondary)
        && let Some(submit) = find(&claimed, Feature::Submit)
    {
        // The outbox stays in the default store [imapisynciunknown].
        Finding::new(
            Code::ContradictingFeatures,
            format!("a secondary store does not claim `{}`", submit.value),
        )
        .at(submit.span, "Outlook sends from the default store")
        .help("remove it from the list")
        .help("or make the store default-capable: `kind = \"default-capable\"` in `[service]`")
        .report(report);
    }
    for (one, other) in EXCLUSIVE {
        if let (Some(one), Some(other)) = (find(&claimed, *one), find(&claimed, *other)) {
            Finding::new(
                Code::ContradictingFeatures,
                format!("`{}` and `{}` exclude each other", one.value, other.value),
            )
            .at(other.span, "")
            .at(one.span, "excluded by this")
            .help("remove one of them")
            .report(report);
        }
    }
    if !all_known {
        // What seems to be missing may only be misspelled.
        return default_features(kind);
    }
    for (one, other) in NEEDS {
        if let (Some(one), None) = (find(&claimed, *one), find(&claimed, *other)) {
            Finding::new(
                Code::ContradictingFeatures,
                format!("`{}` needs `{other}`", one.value),
            )
            .at(one.span, "")
            .help(format!("add `\"{other}\"`, or remove this"))
            .report(report);
        }
    }
    if let Some(entry) = reader.entry("features") {
        check_missing(&claimed, kind, entry.key_span, report);
    }
    let mut features: Vec<Feature> = claimed.into_iter().map(|feature| feature.value).collect();
    features.sort();
    features
}

fn find(claimed: &[Spanned<Feature>], wanted: Feature) -> Option<&Spanned<Feature>> {
    claimed.iter().find(|feature| feature.value == wanted)
}

fn check_missing(
    claimed: &[Spanned<Feature>],
    kind: Option<StoreKind>,
    span: Span,
    report: &Report,
) {
    let required = |features: &[Feature], why: &str| {
        let missing: Vec<&str> = features
            .iter()
            .filter(|feature| find(claimed, **feature).is_none())
            .map(|feature| feature.word())
            .collect();
        if !missing.is_empty() {
            let list: Vec<String> = missing.iter().map(|word| format!("\"{word}\"")).collect();
            let what = if missing.len() == 1 {
                quoted(missing[0])
            } else {
                one_of(&missing).replace(" or ", " and ")
            };
            Finding::new(Code::MissingFeature, format!("the store must claim {what}"))
                .at(span, why)
                .help(format!("add `{}` to the list", list.join(", ")))
                .report(report);
        }
    };
    required(ALWAYS, "the runtime does this in every store");
    if kind == Some(StoreKind::DefaultCapable) {
        required(
            DEFAULT_CAPABLE,
            "MAPI asks it of every default-capable store",
        );
    }
}

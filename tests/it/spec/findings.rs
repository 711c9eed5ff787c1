//! One bad spec after the other, and the codes that each must give: these and no others.

use std::collections::BTreeSet;

use cargo_mapi::spec::{Code, Override, Severity, load, load_bytes};

use super::{drawn, with};

/// The codes that a text gives, sorted, each once.
fn codes(text: &str, overrides: &[Override]) -> Vec<&'static str> {
    let loaded = load("provider.toml", text, overrides);
    for finding in &loaded.findings {
        assert!(!finding.message.is_empty() && !finding.message.contains('\n'));
        assert_eq!(finding.severity, finding.code.severity());
        assert!(!finding.help.is_empty(), "{}: no advice", finding.code);
        for label in &finding.labels {
            let text = &loaded.sources[label.span.source].text;
            assert!(
                text.get(label.span.start..label.span.end).is_some(),
                "{}",
                finding.code
            );
        }
    }
    assert_eq!(loaded.spec.is_none(), loaded.errors() > 0);
    let codes: BTreeSet<&str> = loaded
        .findings
        .iter()
        .map(|finding| finding.code.name())
        .collect();
    codes.into_iter().collect()
}

/// Lines after the head, and what is found.
const BODIES: &[(&str, &[&str])] = &[
    ("", &[]),
    ("vendor = \"Again\"", &["duplicate-key"]),
    (
        "[log]\nlevel = \"info\"\n[sync]\nenabled = true\n[log]\nlevel = \"warn\"",
        &["duplicate-key"],
    ),
    ("display-name = Contoso", &["syntax"]),
    ("display-name = \"Contoso", &["syntax"]),
    (
        "authors = [\"a\"\n[service]\ndll = \"x\"\n[log]\nlevel = \"info\"",
        &["syntax"],
    ),
    ("display-name = \"C:\\Mail\"", &["syntax"]),
    ("[service\n", &["syntax"]),
    ("[service]\nkind\n", &["syntax"]),
    // The rest is checked all the same.
    (
        "[service]\nkind = secondary\n[log]\nlevle = 1",
        &["syntax", "unknown-key"],
    ),
    ("colour = 1", &["unknown-key"]),
    ("[colour]\nname = \"x\"", &["unknown-key"]),
    ("[service]\ncolour = \"x\"", &["unknown-key"]),
    ("[store]\nretry.attempts = 1", &["unknown-key"]),
    ("description = 3", &["wrong-type"]),
    ("description = [\"x\"]", &["wrong-type"]),
    ("description = 2026-11-22", &["wrong-type"]),
    ("[service]\nsingle-copy = \"yes\"", &["wrong-type"]),
    ("authors = \"Kim\"", &["wrong-type"]),
    ("authors = [1]", &["wrong-type"]),
    ("[sync]\nbatch-size = 1.5", &["wrong-type"]),
    ("[sync]\nretry = 3", &["wrong-type"]),
    ("[folders]\nname = \"Inbox\"", &["wrong-type"]),
    ("[[folders]]\nrole = \"deleted\"", &["missing-key"]),
    ("[[settings]]", &["missing-key"]),
    ("[[named-properties]]\nname = \"x\"", &["missing-key"]),
    (
        "[[settings]]\nkey = \"x\"\nproperty-id = 0x6610\nminimum = 1",
        &["misplaced-key"],
    ),
    (
        "[[settings]]\nkey = \"x\"\nproperty-id = 0x6610\ntype = \"url\"\nchoices = [\"a\", \"b\"]",
        &["misplaced-key"],
    ),
    (
        "[sync]\nremote = \"custom\"\ndirectory-setting = \"x\"",
        &["misplaced-key"],
    ),
    ("[sync]\nbatch-size = 0", &["out-of-range"]),
    (
        "[sync]\nbatch-size = 99999999999999999999",
        &["out-of-range"],
    ),
    ("[sync.retry]\nattempts = -1", &["out-of-range"]),
    ("[store]\nlarge-property-limit = 1", &["out-of-range"]),
    (
        "[[named-properties]]\nset = \"PSETID_Common\"\nid = 0x1_0000_0000\ntype = \"long\"",
        &["out-of-range"],
    ),
    ("[service]\nkind = \"main\"", &["unknown-word"]),
    ("[log]\nlevel = \"INFO\"", &["unknown-word"]),
    (
        "[registration]\narchitectures = [\"arm64\"]",
        &["unknown-word"],
    ),
    // What depends on a word that is none is left alone.
    (
        "[service]\nkind = \"main\"\n[[folders]]\nname = \"Outbox\"\nrole = \"outbox\"",
        &["unknown-word"],
    ),
    ("[store]\nfeatures = [\"creat\"]", &["unknown-word"]),
    (
        "[[folders]]\nname = \"Deleted Items\"\nrole = \"deletd\"",
        &["unknown-word"],
    ),
    (
        "[[settings]]\nkey = \"x\"\ntype = \"secrt\"\nproperty-id = 0x67F0\nchoices = 1",
        &["unknown-word"],
    ),
    (
        "[registration]\narchitectures = [\"x64\", \"x64\"]",
        &["duplicate-word"],
    ),
    ("authors = [\"Kim\", \"Kim\"]", &["duplicate-word"]),
    ("display-name = \"\"", &["empty"]),
    ("[registration]\narchitectures = []", &["empty"]),
    ("[sync]\ndirections = []", &["empty"]),
    ("description = \"\"", &["empty"]),
    ("display-name = \"a\\nb\"", &["bad-character"]),
    ("display-name = \"a \"", &["bad-character"]),
    ("description = \"a\\u202Eb\"", &["bad-character"]),
    (
        "[[folders]]\nname = \"a\\u0000\"\nrole = \"deleted\"",
        &["bad-character"],
    ),
    ("display-name = \"[Services]\"", &["inf-character"]),
    ("display-name = '\"x\"'", &["inf-character"]),
    ("display-name = \";x\"", &["inf-character"]),
    ("display-name = \"Größe\"", &["inf-code-page"]),
    ("version = \"1.0\"", &["bad-version"]),
    ("version = \"255.255.65535-beta.70000\"", &[]),
    ("version = \"256.0.0\"", &["large-version"]),
    ("version = \"0.256.0\"", &["large-version"]),
    ("version = \"0.0.65536+1\"", &["large-version"]),
    ("version = \"1.2.18446744073709551615\"", &["large-version"]),
    ("license = \"MIT/Apache-2.0\"", &["bad-license"]),
    ("authors = [\"Kim <kim\"]", &["bad-author"]),
    ("uid = \"{1234}\"", &["bad-guid"]),
    (
        "uid = \"{00000000-0000-0000-0000-000000000000}\"",
        &["taken-uid"],
    ),
    (
        "uid = \"{4154494E-BFF9-01B8-00AA-0037D96E0000}\"",
        &["taken-uid"],
    ),
    (
        "uid = \"{00062008-0000-0000-C000-000000000046}\"",
        &["taken-uid"],
    ),
    ("[service]\nname = \"contoso\"", &["bad-service-name"]),
    ("[service]\nname = \"A.B\"", &["bad-service-name"]),
    ("[service]\nname = \"MSEMS\"", &["taken-service-name"]),
    ("[service]\ndll = \"a.b\"", &["bad-dll-name"]),
    ("[service]\ndll = \"größe\"", &["bad-dll-name"]),
    ("[service]\ndll = \"contoso.dll\"", &["bad-dll-name"]),
    ("[service]\ndll = \"\"", &["bad-dll-name"]),
    ("[service]\ndll = \"foo32\"", &["dll-name-with-32"]),
    ("[service]\ndll = \"user\"", &["system-dll"]),
    ("[service]\ndll = \"mapi\"", &["system-dll"]),
    ("[service]\ndll = \"con\"", &["device-name"]),
    ("[service]\ndll = \"contoso\"", &["long-dll-name"]),
    ("[store]\nlocation = 'Mail'", &["bad-location"]),
    ("[store]\nlocation = 'C:\\a|b'", &["bad-location"]),
    ("[store]\nlocation = '%APPDATA'", &["bad-location"]),
    ("[store]\nlocation = 'C:\\mail\\..\\x'", &["bad-location"]),
    ("[store]\nlocation = 'C:\\mail\\nul\\x'", &["device-name"]),
    (
        "[log]\nlocation = '%LOCALAPDATA%\\x'",
        &["unknown-variable"],
    ),
    (
        "[registration]\ninstall-location = 'C:\\Contoso.Mail'",
        &["location-period"],
    ),
    (
        "[registration]\ninstall-location = 'C:\\Größe'",
        &["location-code-page"],
    ),
    (
        "[store]\nlocation = '\\\\server\\share'",
        &["network-location"],
    ),
    (
        "[store]\nfeatures = [\"unicode\", \"unique-entry-ids\", \"pusher\"]",
        &["unavailable-feature"],
    ),
    (
        "[store]\nfeatures = [\"unicode\", \"unique-entry-ids\", \"submit\", \"create\", \"modify\"]",
        &["contradicting-features"],
    ),
    (
        "[store]\nfeatures = [\"unicode\", \"unique-entry-ids\", \"search\"]",
        &["contradicting-features"],
    ),
    (
        "[store]\nfeatures = [\"unicode\", \"unique-entry-ids\", \"read-only\", \"create\"]",
        &["contradicting-features"],
    ),
    ("[store]\nfeatures = [\"create\"]", &["missing-feature"]),
    (
        "[service]\nkind = \"default-capable\"\n[store]\nfeatures = [\"unicode\", \"unique-entry-ids\"]",
        &["missing-feature"],
    ),
    (
        "[[folders]]\nname = \"Deleted Items\"\nrole = \"deleted\"\n[[folders]]\nid = \"Deleted Items\"\nname = \"x\"",
        &["duplicate-folder-id"],
    ),
    (
        "[[folders]]\nname = \"Inbox\"\nrole = \"deleted\"\n[[folders]]\nname = \"INBOX\"",
        &["duplicate-folder-name"],
    ),
    (
        "[[folders]]\nname = \"Inbox\"\nrole = \"deleted\"\n[[folders]]\nname = \"Inbox\"",
        &["duplicate-folder-name"],
    ),
    (
        "[[folders]]\nname = \"x\"\nrole = \"deleted\"\nparent = \"Inbx\"\n[[folders]]\nname = \"Inbox\"",
        &["unknown-parent"],
    ),
    (
        "[[folders]]\nname = \"x\"\nrole = \"deleted\"\nparent = \"x\"",
        &["cyclic-parent"],
    ),
    (
        "[[folders]]\nname = \"a\"\nparent = \"b\"\n[[folders]]\nname = \"b\"\nrole = \"deleted\"\nparent = \"c\"\n\
         [[folders]]\nname = \"c\"\nparent = \"a\"\n[[folders]]\nname = \"below\"\nparent = \"a\"",
        &["cyclic-parent"],
    ),
    (
        "[[folders]]\nname = \"a\"\nrole = \"deleted\"\n[[folders]]\nname = \"b\"\nrole = \"deleted\"",
        &["duplicate-role"],
    ),
    (
        "[[folders]]\nname = \"a\"\nrole = \"deleted\"\n[[folders]]\nname = \"b\"\nrole = \"outbox\"",
        &["role-not-in-store"],
    ),
    ("[[folders]]\nname = \"a\"", &["missing-role"]),
    (
        "[service]\nkind = \"default-capable\"\n[[folders]]\nname = \"a\"\nrole = \"deleted\"",
        &["missing-role"],
    ),
    (
        "[[folders]]\nname = \"a\"\nrole = \"deleted\"\n[[folders]]\nname = \"b\"\nrole = \"views\"\nparent = \"a\"",
        &["role-place"],
    ),
    (
        "[[folders]]\nname = \"a\"\nrole = \"deleted\"\nparent = \"b\"\n[[folders]]\nname = \"b\"\nrole = \"search-root\"",
        &["role-place"],
    ),
    (
        "[[folders]]\nname = \"a\"\nrole = \"deleted\"\n[[folders]]\nname = \"b\"\nrole = \"views\"\nreceive-classes = [\"IPM\"]",
        &["role-place"],
    ),
    (
        "[[folders]]\nname = \"a\"\nrole = \"deleted\"\ncontainer-class = \"IPF.Contact\"",
        &["role-container-class"],
    ),
    (
        "[[folders]]\nname = \"a\"\nrole = \"deleted\"\ncontainer-class = \"IPM.Note\"",
        &["bad-container-class"],
    ),
    (
        "[[folders]]\nname = \"a\"\nrole = \"deleted\"\ncontainer-class = \"IPFx\"",
        &["bad-container-class"],
    ),
    (
        "[[folders]]\nname = \"a\"\nrole = \"deleted\"\nreceive-classes = [\"IPM..Note\"]",
        &["bad-message-class"],
    ),
    (
        "[[folders]]\nname = \"a\"\nrole = \"deleted\"\nreceive-classes = [\"IPM\", \"IPM\"]",
        &["duplicate-word"],
    ),
    (
        "[[folders]]\nname = \"a\"\nrole = \"deleted\"\nreceive-classes = [\"IPM\"]\n\
         [[folders]]\nname = \"b\"\nreceive-classes = [\"ipm\"]",
        &["duplicate-receive-class"],
    ),
    (
        "[[folders]]\nname = \"a\"\nrole = \"deleted\"\nhidden = true",
        &["hidden-role"],
    ),
    (
        "[[named-properties]]\nset = \"PSETID_Comon\"\nid = 1\ntype = \"long\"",
        &["unknown-property-set"],
    ),
    (
        "[[named-properties]]\nset = \"PS_MAPI\"\nid = 1\ntype = \"long\"",
        &["ps-mapi"],
    ),
    (
        "[[named-properties]]\nset = \"{00020328-0000-0000-C000-000000000046}\"\nid = 1\ntype = \"long\"",
        &["ps-mapi"],
    ),
    (
        "[[named-properties]]\nset = \"PSETID_Common\"\ntype = \"long\"",
        &["property-name-form"],
    ),
    (
        "[[named-properties]]\nset = \"PSETID_Common\"\nid = 1\nname = \"x\"\ntype = \"long\"",
        &["property-name-form"],
    ),
    (
        "[[named-properties]]\nset = \"PSETID_Common\"\nid = 1\ntype = \"long\"\n\
         [[named-properties]]\nset = \"{00062008-0000-0000-C000-000000000046}\"\nid = 0x1\ntype = \"unicode\"",
        &["duplicate-property"],
    ),
    (
        "[[named-properties]]\nset = \"PS_INTERNET_HEADERS\"\nname = \"X-A\"\ntype = \"unicode\"\n\
         [[named-properties]]\nset = \"PS_INTERNET_HEADERS\"\nname = \"x-a\"\ntype = \"unicode\"",
        &["duplicate-property"],
    ),
    (
        "[[named-properties]]\nset = \"PS_PUBLIC_STRINGS\"\nid = 1\ntype = \"long\"",
        &["unusual-property-name"],
    ),
    (
        "[[named-properties]]\nset = \"PSETID_Common\"\nid = 0x85010003\ntype = \"long\"",
        &["unusual-property-name"],
    ),
    (
        "[[named-properties]]\nset = \"PS_PUBLIC_STRINGS\"\nname = \"x\"\ntype = \"mv-unicode\"\nindexed = true",
        &["not-indexable"],
    ),
    (
        "[[settings]]\nkey = \"Server Name\"\nproperty-id = 0x6610",
        &["bad-setting-key"],
    ),
    (
        "[[settings]]\nkey = \"a\"\nproperty-id = 0x6610\n[[settings]]\nkey = \"a\"\nproperty-id = 0x6611",
        &["duplicate-setting-key"],
    ),
    (
        "[[settings]]\nkey = \"a\"\nproperty-id = 0x6610\n[[settings]]\nkey = \"b\"\nproperty-id = 0x6610",
        &["duplicate-property-id"],
    ),
    (
        "[[settings]]\nkey = \"a\"\nproperty-id = 0x6600",
        &["reserved-property-id"],
    ),
    (
        "[[settings]]\nkey = \"a\"\nproperty-id = 0x3001",
        &["reserved-property-id"],
    ),
    (
        "[[settings]]\nkey = \"a\"\nproperty-id = 0x6800",
        &["reserved-property-id"],
    ),
    (
        "[[settings]]\nkey = \"a\"\nproperty-id = 0x8001",
        &["reserved-property-id"],
    ),
    (
        "[[settings]]\nkey = \"a\"\nproperty-id = -1",
        &["reserved-property-id"],
    ),
    (
        "[[settings]]\nkey = \"a\"\nproperty-id = 0x67F0",
        &["secure-range"],
    ),
    (
        "[[settings]]\nkey = \"a\"\ntype = \"secret\"\nproperty-id = 0x6610",
        &["secure-range"],
    ),
    (
        "[[settings]]\nkey = \"a\"\nproperty-id = 0x6610\ntype = \"url\"\ndefault = \"example.com\"",
        &["bad-default"],
    ),
    (
        "[[settings]]\nkey = \"a\"\nproperty-id = 0x6610\ntype = \"integer\"\nmaximum = 3\ndefault = 4",
        &["bad-default"],
    ),
    (
        "[[settings]]\nkey = \"a\"\nproperty-id = 0x6610\ntype = \"integer\"\ndefault = 3000000000",
        &["bad-default"],
    ),
    // Without choices nobody can say which default fits.
    (
        "[[settings]]\nkey = \"a\"\nproperty-id = 0x6610\ntype = \"choice\"\ndefault = \"z\"",
        &["missing-key"],
    ),
    (
        "[[settings]]\nkey = \"a\"\nproperty-id = 0x6610\ntype = \"choice\"\nchoices = [\"x\", \"y\"]\ndefault = \"z\"",
        &["bad-default"],
    ),
    (
        "[[settings]]\nkey = \"a\"\nproperty-id = 0x6610\ntype = \"boolean\"\ndefault = 1",
        &["wrong-type"],
    ),
    (
        "[[settings]]\nkey = \"a\"\nproperty-id = 0x67F0\ntype = \"secret\"\ndefault = \"x\"",
        &["secret-default"],
    ),
    (
        "[[settings]]\nkey = \"a\"\nproperty-id = 0x6610\ndefault = \"x\"\nrequired = true",
        &["redundant-required"],
    ),
    (
        "[[settings]]\nkey = \"api-token\"\nproperty-id = 0x6610",
        &["looks-secret"],
    ),
    (
        "[[settings]]\nkey = \"a\"\nproperty-id = 0x6610\ntype = \"choice\"\nchoices = [\"x\"]",
        &["too-few-choices"],
    ),
    (
        "[[settings]]\nkey = \"a\"\nproperty-id = 0x6610\ntype = \"choice\"",
        &["missing-key"],
    ),
    (
        "[[settings]]\nkey = \"a\"\nproperty-id = 0x6610\ntype = \"integer\"\nminimum = 2\nmaximum = 1",
        &["empty-range"],
    ),
    ("[sync]\nremote = \"directory\"", &["missing-key"]),
    (
        "[sync]\nremote = \"directory\"\ndirectory-setting = \"x\"",
        &["unknown-setting"],
    ),
    (
        "[sync]\ndirectory-setting = \"a\"\n[[settings]]\nkey = \"a\"\nproperty-id = 0x6610\ntype = \"url\"\nrequired = true",
        &["directory-setting-type"],
    ),
    (
        "[sync]\ndirectory-setting = \"a\"\n[[settings]]\nkey = \"a\"\nproperty-id = 0x6610",
        &["directory-setting-optional"],
    ),
    (
        "[sync]\nenabled = false\nbatch-size = 10",
        &["sync-disabled"],
    ),
    (
        "[store]\nfeatures = [\"unicode\", \"unique-entry-ids\"]\n[sync]\n\
         directions = [\"download-hierarchy\", \"upload-hierarchy\"]",
        &["upload-without-modify"],
    ),
    (
        "[sync]\ndirections = [\"download-contents\"]",
        &["contents-without-hierarchy"],
    ),
    (
        "[sync.retry]\nfirst-delay-ms = 1000\nmaximum-delay-ms = 10",
        &["retry-delays"],
    ),
    (
        "[sync.retry]\nattempts = 100\nmaximum-delay-ms = 3600000",
        &["slow-retry"],
    ),
    ("[registration]\nscope = \"user\"", &["user-scope"]),
    ("[packaging]\nsign = \"signtool {file}\"", &["wrong-type"]),
    (
        "[packaging]\nsign = [\"signtool\", 1, \"{file}\"]",
        &["wrong-type"],
    ),
    ("[packaging]\nsign = [\"a\", \"\", \"{file}\"]", &["empty"]),
    ("[packaging]\nsign = []", &["empty"]),
    (
        "[packaging]\nsign = [\"signtool\", \"sign\"]",
        &["sign-without-file"],
    ),
    ("[packaging]\nsign = [\"{file}\"]", &["sign-without-file"]),
    (
        "[packaging]\nsign = [\"signtool\", \"{path}\"]",
        &["sign-without-file", "unknown-placeholder"],
    ),
    // The same argument twice, and braces that are no placeholder.
    (
        "[packaging]\nsign = [\"x\", \"SHA256\", \"SHA256\", \"{A-1}{}{\", \"to={file}\"]",
        &[],
    ),
    (
        "[packaging]\nsign = [\"signtool\", \"/P\", \"1234\", \"{file}\"]",
        &["sign-password"],
    ),
    (
        "[packaging]\nsign = [\"jsign\", \"--storepass\", \"1234\", \"{file}\"]",
        &["sign-password"],
    ),
    ("[packaging]\nurl = \"www.contoso.example\"", &["bad-url"]),
    ("[packaging]\nsupport-url = \"file:///c/x\"", &["bad-url"]),
];

/// Crate names, and what is found.
const NAMES: &[(&str, &[&str])] = &[
    ("my-provider", &[]),
    ("My-Provider", &["bad-crate-name"]),
    ("1st", &["bad-crate-name"]),
    ("_x", &["bad-crate-name"]),
    ("", &["bad-crate-name"]),
    ("a b", &["bad-crate-name"]),
    ("../x", &["bad-crate-name"]),
    ("fn", &["keyword-crate-name"]),
    ("std", &["reserved-crate-name"]),
    ("proc-macro", &["reserved-crate-name"]),
    ("mapi-store", &["dependency-crate-name"]),
    ("mapi_host", &["dependency-crate-name"]),
    ("aux", &["device-name"]),
    ("lpt1", &["device-name"]),
];

/// Arguments of `--set` on a good spec with a folder and a setting, and what is found.
const SETS: &[(&str, &[&str])] = &[
    ("provider.vendor=Fabrikam", &[]),
    ("provider.vendor = \"Fabrikam\"", &[]),
    ("provider.vendor=1984", &[]),
    ("provider.version=2.0.0", &[]),
    ("sync.batch-size=20", &[]),
    ("sync.retry.attempts=2", &[]),
    ("store.features=[\"unicode\", \"unique-entry-ids\"]", &[]),
    ("folders.'Deleted Items'.comment=Gone", &[]),
    ("folders.Deleted Items.comment=Gone", &[]),
    ("folders.0.comment=Gone", &[]),
    ("settings.server.required=true", &[]),
    ("provider.vendor", &["bad-override"]),
    ("=x", &["bad-override"]),
    ("a..b=x", &["bad-override"]),
    ("provider.\"name=x", &["bad-override"]),
    ("store.features=[\"unicode\"", &["bad-override"]),
    ("provider.name.x=1", &["bad-override"]),
    (
        "store.features=[[[[[[[[[[[[[[1]]]]]]]]]]]]]]",
        &["bad-override"],
    ),
    ("folders.Deleted.comment=x", &["unknown-element"]),
    ("folders.7.comment=x", &["unknown-element"]),
    ("named-properties.x.type=long", &["unknown-element"]),
    ("provider.vender=x", &["unknown-key"]),
    ("colour.x=1", &["unknown-key"]),
    ("sync.batch-size=many", &["wrong-type"]),
    ("sync.batch-size=0", &["out-of-range"]),
    ("provider=3", &["wrong-type"]),
    ("service.kind=main", &["unknown-word"]),
    ("spec-version=2", &["unsupported-version"]),
    ("provider.display-name=[x]", &["bad-override"]),
    ("provider.display-name='[x]'", &["inf-character"]),
];

/// Whole texts, and what is found.
fn texts() -> Vec<(String, &'static [&'static str])> {
    let deep: Vec<String> = (0..66)
        .map(|depth| match depth {
            0 => "[[folders]]\nname = \"f0\"\nrole = \"deleted\"\n".to_owned(),
            depth => format!(
                "[[folders]]\nname = \"f{depth}\"\nparent = \"f{}\"\n",
                depth - 1
            ),
        })
        .collect();
    vec![
        (String::new(), &["missing-key"]),
        ("spec-version = 1".to_owned(), &["missing-key"]),
        ("provider = 3".to_owned(), &["missing-key", "wrong-type"]),
        (with("").replace("= 1", "= 2"), &["unsupported-version"]),
        (with("").replace("= 1", "= \"1\""), &["wrong-type"]),
        (with(&"# ".repeat(10_000)), &["too-large"]),
        (with(&"#\n".repeat(3 << 20)), &["too-large"]),
        (with(&format!("x = {}", "[".repeat(20))), &["too-deep"]),
        (
            with(&format!("[{}]", vec!["a"; 20].join("."))),
            &["too-deep"],
        ),
        (with(&deep.concat()), &["folder-too-deep"]),
        (
            with(&format!("display-name = \"{}\"", "x".repeat(200))),
            &["too-long"],
        ),
        (
            with(&format!("authors = [{}]", "\"x\", ".repeat(200))),
            &["too-long"],
        ),
        (
            with(&(0..2000).map(|n| format!("k{n} = 1\n")).collect::<String>()),
            &["too-many-findings", "unknown-key"],
        ),
    ]
}

#[test]
fn every_bad_spec_gives_its_codes() {
    let mut wrong = String::new();
    let mut check = |text: &str, overrides: &[Override], expected: &[&str]| {
        let found = codes(text, overrides);
        if found != expected {
            wrong += &format!("{text}\n  expected {expected:?}\n  found    {found:?}\n");
            wrong += &drawn(&load("provider.toml", text, overrides));
        }
    };
    for (body, expected) in BODIES {
        check(&with(body), &[], expected);
    }
    for (name, expected) in NAMES {
        check(&with("").replace("my-provider", name), &[], expected);
        check(&with(""), &[Override::name(name)], expected);
    }
    for (set, expected) in SETS {
        check(&with(SET_BASE), &[Override::set(set)], expected);
    }
    for (text, expected) in texts() {
        check(&text, &[], expected);
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What the arguments of `--set` are laid over.
const SET_BASE: &str = "[[folders]]\nname = \"Deleted Items\"\nrole = \"deleted\"\n\
                        [[settings]]\nkey = \"server\"\nproperty-id = 0x6610\n[sync]\n";

#[test]
fn every_code_is_found_somewhere() {
    let mut found: BTreeSet<&str> = BODIES
        .iter()
        .chain(NAMES)
        .chain(SETS)
        .flat_map(|(_, codes)| codes.iter().copied())
        .collect();
    found.extend(texts().iter().flat_map(|(_, codes)| codes.iter().copied()));
    found.insert(Code::NotUtf8.name()); // `bytes_that_are_no_text`
    let missing: Vec<&str> = Code::ALL
        .iter()
        .map(|code| code.name())
        .filter(|code| !found.contains(code))
        .collect();
    assert!(missing.is_empty(), "no test finds {missing:?}");
}

#[test]
fn codes_are_a_table() {
    let mut names = BTreeSet::new();
    for code in Code::ALL {
        let name = code.name();
        assert!(names.insert(name), "{name} stands twice");
        assert!(
            name.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{name}"
        );
        assert_eq!(Code::from_name(name), Some(*code));
        let explanation = code.explanation();
        assert!(
            explanation.ends_with('.') && explanation.len() > 20,
            "{name}: {explanation}"
        );
        assert!(cargo_mapi::spec::diagnostics::explain(*code).contains(name));
    }
    assert_eq!(Code::from_name("nonsense"), None);
}

#[test]
fn bytes_that_are_no_text() {
    let loaded = load_bytes("provider.toml", b"a = 1\nb = \xFF\n", &[]);
    assert!(loaded.spec.is_none());
    assert_eq!(loaded.findings[0].code, Code::NotUtf8);
    assert!(loaded.findings[0].message.contains("line 2"));
    assert!(
        load_bytes("provider.toml", with("").as_bytes(), &[])
            .spec
            .is_some()
    );
}

/// Everything at once: nothing hides anything else.
#[test]
fn all_findings_come_in_one_run() {
    let bodies = [
        "display-name = \"\"",
        "version = \"1\"",
        "[service]\ndll = \"user\"",
        "[log]\nlevle = 1",
        "[sync]\nbatch-size = 0",
    ];
    assert_eq!(
        codes(&with(&bodies.join("\n")), &[]),
        [
            "bad-version",
            "empty",
            "out-of-range",
            "system-dll",
            "unknown-key"
        ]
    );
}

/// Warnings do not forbid generation.
#[test]
fn warnings_leave_a_spec() {
    let loaded = load("provider.toml", &with("[service]\ndll = \"contoso\""), &[]);
    assert_eq!((loaded.errors(), loaded.warnings()), (0, 1));
    assert_eq!(loaded.findings[0].severity, Severity::Warning);
    assert_eq!(loaded.spec.unwrap().service.dll, "contoso");
}

/// Findings about an override point into it.
#[test]
fn findings_point_into_the_argument() {
    let overrides = [
        Override::set("sync.batch-size=20"),
        Override::set("provider.vendr=x"),
    ];
    let loaded = load("provider.toml", &with(""), &overrides);
    let label = &loaded.findings[0].labels[0];
    let source = &loaded.sources[label.span.source];
    assert_eq!(source.name, "--set");
    assert_eq!(&source.text[label.span.start..label.span.end], "vendr");
}

/// Suggestions, by what is written and what is meant.
#[test]
fn suggestions() {
    for (body, meant) in [
        ("display_name = \"x\"", "`display-name`"),
        ("licence = \"MIT\"", "`license`"),
        ("[service]\nkind = \"default-capabel\"", "`default-capable`"),
        ("[[folders]]\nname = \"x\"\nrole = \"sent-items\"", "`sent`"),
        (
            "[[folders]]\nname = \"Inbox\"\n[[folders]]\nname = \"x\"\nparent = \"inbox\"",
            "`Inbox`",
        ),
        (
            "[[named-properties]]\nset = \"PSETID_COMMON\"\nid = 1\ntype = \"long\"",
            "`PSETID_Common`",
        ),
        (
            "[[named-properties]]\nset = \"PSETID_Common\"\nid = 1\ntype = \"string\"",
            "`unicode`",
        ),
        ("[registration]\narchitectures = [\"amd64\"]", "`x64`"),
        ("[registration]\nlevel = \"info\"", "`[log]`"),
        (
            "[sync]\ndirectory-setting = \"sever\"\n[[settings]]\nkey = \"server\"\nproperty-id = 0x6610",
            "`server`",
        ),
        (
            "[[settings]]\nkey = \"a\"\nproperty-id = 0x6610\n[[settings]]\nkey = \"b\"",
            "0x6611",
        ),
    ] {
        let loaded = load("provider.toml", &with(body), &[]);
        let help: Vec<&str> = loaded
            .findings
            .iter()
            .flat_map(|finding| finding.help.iter().map(String::as_str))
            .collect();
        assert!(
            help.iter().any(|help| help.contains(meant)),
            "{body}\n{help:?}"
        );
    }
}

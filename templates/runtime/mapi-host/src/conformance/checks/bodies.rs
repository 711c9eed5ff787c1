//! The bodies of a message: plain text, HTML and RTF in step.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "S3.5-rtf-gives-text",
        S("3.5"),
        "IMAPIProp::SaveChanges",
        "supporting-rtf-text-for-message-store-providers",
        "With STORE_RTF_OK, PR_BODY is the text of the RTF that was written, and the RTF is kept byte for byte.",
        rtf_gives_text,
    ),
    Check::new(
        "S3.5-text-gives-rtf",
        S("3.5"),
        "IMAPIProp::OpenProperty",
        "pidtagbody-canonical-property",
        "With STORE_RTF_OK, a message with a plain text alone has PR_RTF_COMPRESSED of the same text.",
        text_gives_rtf,
    ),
    Check::new(
        "S3.5-html-gives-text-and-rtf",
        S("3.5"),
        "IMAPIProp::SaveChanges",
        "pidtagstoresupportmask-canonical-property",
        "With STORE_RTF_OK and STORE_HTML_OK, HTML alone gives PR_BODY and PR_RTF_COMPRESSED of the same text.",
        html_gives_both,
    ),
    Check::new(
        "S3.5-encapsulated-html",
        S("3.5"),
        "IMAPIProp::SaveChanges",
        "pidtagrtfcompressed-canonical-property",
        "With STORE_RTF_OK, HTML that came in RTF is not shown as text; PR_HTML, if there is one, is that HTML.",
        encapsulated_html,
    ),
    Check::new(
        "S3.5-another-text-takes-the-formatting",
        S("3.5"),
        "IMAPIProp::SaveChanges",
        "pidtagrtfinsync-canonical-property",
        "With STORE_RTF_OK, a client that writes another PR_BODY leaves no other text in RTF and HTML.",
        another_text,
    ),
    Check::new(
        "S3.5-white-space-keeps-the-formatting",
        S("3.5"),
        "IMAPIProp::SaveChanges",
        "pidtagbody-canonical-property",
        "With STORE_RTF_OK, a change of white space in PR_BODY leaves the RTF as it is.",
        white_space,
    ),
    Check::new(
        "S3.5-rtf-in-sync-ends",
        S("3.5"),
        "IMAPIProp::SaveChanges",
        "supporting-formatted-text-message-store-responsibilities",
        "Without STORE_RTF_OK, a change of PR_BODY alone deletes PR_RTF_IN_SYNC, and one with PR_RTF_IN_SYNC does not.",
        in_sync_ends,
    ),
    Check::new(
        "S3.5-damaged-rtf",
        S("3.5"),
        "IMAPIProp::SaveChanges",
        "supporting-formatted-text-message-store-responsibilities",
        "Damaged RTF does not keep a message from being saved and read.",
        damaged_rtf,
    ),
    Check::new(
        "S3.5-bodies-of-an-embedded-message",
        S("3.6"),
        "IMAPIProp::SaveChanges",
        "supporting-formatted-text-message-store-responsibilities",
        "With STORE_RTF_OK, the bodies of an embedded message are in step as well.",
        embedded_bodies,
    ),
    Check::new(
        "S3.5-long-bodies",
        S("3.5"),
        "IMAPIProp::SaveChanges",
        "supporting-rtf-text-for-message-store-providers",
        "With STORE_RTF_OK, RTF of two hundred thousand bytes gives its whole text.",
        long_bodies,
    ),
];

/// `PR_RTF_COMPRESSED` of RTF, in the form that is not compressed \[MS-OXRTFCP\].
fn packed(rtf: &str) -> Vec<u8> {
    let length = rtf.len() as u32;
    let mut bytes = Vec::new();
    bytes.extend((length + 12).to_le_bytes());
    bytes.extend(length.to_le_bytes());
    bytes.extend(b"MELA");
    bytes.extend(0_u32.to_le_bytes());
    bytes.extend(rtf.as_bytes());
    bytes
}

/// RTF out of `PR_RTF_COMPRESSED` in either form; `None` if it is in neither.
fn unpacked(bytes: &[u8]) -> Option<String> {
    const START: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
    let body = bytes.get(16..)?;
    let mut rtf = Vec::new();
    match bytes.get(8..12)? {
        b"MELA" => rtf.extend(body),
        b"LZFu" => {
            let mut window = vec![0; 4096];
            window[..START.len()].copy_from_slice(START);
            let mut at = START.len();
            let mut rest = body.iter().copied();
            'all: while let Some(control) = rest.next() {
                for bit in 0..8 {
                    let Some(first) = rest.next() else {
                        break 'all;
                    };
                    let mut put = |byte: u8, window: &mut Vec<u8>| {
                        rtf.push(byte);
                        window[at % 4096] = byte;
                        at += 1;
                    };
                    if control & (1 << bit) == 0 {
                        put(first, &mut window);
                        continue;
                    }
                    let reference = u16::from_be_bytes([first, rest.next()?]);
                    let from = usize::from(reference >> 4);
                    if from == at % 4096 {
                        break 'all;
                    }
                    for offset in 0..usize::from(reference & 15) + 2 {
                        let byte = window[(from + offset) % 4096];
                        rtf.push(byte);
                        window[at % 4096] = byte;
                        at += 1;
                    }
                }
            }
        }
        _ => return None,
    }
    Some(rtf.into_iter().map(char::from).collect())
}

/// The RTF of a stored message.
fn rtf_of(message: &Message) -> std::result::Result<String, Stop> {
    let bytes = message.read_stream(PR_RTF_COMPRESSED)?;
    some(
        "PR_RTF_COMPRESSED",
        "a header that says LZFu or MELA",
        unpacked(&bytes),
    )
}

/// Creates a message with one body, saves it, and opens it again.
fn with_body(open: &Open, tag: u32, bytes: &[u8]) -> std::result::Result<(Message, Message), Stop> {
    let message = open.message("bodies")?;
    message.write_stream(tag, bytes)?;
    message.save(KEEP_OPEN_READWRITE)?;
    let stored = open.open_message(&message.entry_id()?)?;
    Ok((message, stored))
}

const RTF: &str = "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fswiss Arial;}}\r\n\\pard\\plain\\f0\\fs20 Gr\\'fc\\'dfe, {\\b bold} text\\par\r\nsecond line\\par\r\n}";
const HTML_IN_RTF: &str = "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl{\\f0\\fswiss Arial;}}\r\n{\\*\\htmltag19 <html>}{\\*\\htmltag50 <body>}{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 one {\\*\\htmltag148 <b>}\\htmlrtf {\\b \\htmlrtf0 two\\htmlrtf }\\htmlrtf0 {\\*\\htmltag156 </b>}\\htmlrtf\\par}\\htmlrtf0 {\\*\\htmltag72 </p>}{\\*\\htmltag58 </body>}{\\*\\htmltag27 </html>}}";

/// A text without its white space.
fn significant(text: &str) -> String {
    text.split_whitespace().collect()
}

fn rtf_gives_text(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_RTF_OK)?;
    let bytes = packed(RTF);
    let (_message, stored) = with_body(&open, PR_RTF_COMPRESSED, &bytes)?;
    equal(
        "PR_BODY of formatted text, without its white space",
        "Grüße,boldtextsecondline".to_string(),
        significant(&stored.body()?),
    )?;
    let kept = stored.read_stream(PR_RTF_COMPRESSED)?;
    holds(
        kept == bytes,
        "PR_RTF_COMPRESSED",
        format!("{} bytes as written", bytes.len()),
        format!("{} bytes", kept.len()),
    )?;
    equal("PR_RTF_IN_SYNC", true, stored.boolean(PR_RTF_IN_SYNC)?)
}

fn text_gives_rtf(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_RTF_OK)?;
    let message = open.message("bodies")?;
    message.put(PR_BODY, "plain {text}\r\nsecond line")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let stored = open.open_message(&message.entry_id()?)?;
    let rtf = rtf_of(&stored)?;
    holds(
        rtf.starts_with("{\\rtf1")
            && rtf.contains("plain \\{text\\}")
            && rtf.contains("second line"),
        "PR_RTF_COMPRESSED of a plain text",
        "RTF with the two lines",
        &rtf,
    )?;
    equal(
        "whether GetPropList names PR_RTF_COMPRESSED",
        true,
        stored.list()?.contains(&PR_RTF_COMPRESSED),
    )
}

fn html_gives_both(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_RTF_OK | STORE_HTML_OK)?;
    let html = b"<html><head><style>p { color: red }</style></head><body><p>one <b>two</b> &amp; three</p><div>four</div></body></html>";
    let (_message, stored) = with_body(&open, PR_HTML, html)?;
    equal(
        "PR_BODY of HTML, without its white space",
        "onetwo&threefour".to_string(),
        significant(&stored.body()?),
    )?;
    equal("PR_HTML", html.to_vec(), stored.html()?)?;
    let rtf = rtf_of(&stored)?;
    holds(
        rtf.starts_with("{\\rtf1") && rtf.contains("four"),
        "PR_RTF_COMPRESSED of HTML",
        "RTF with its text",
        &rtf,
    )
}

fn encapsulated_html(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_RTF_OK)?;
    let (_message, stored) = with_body(&open, PR_RTF_COMPRESSED, &packed(HTML_IN_RTF))?;
    equal(
        "PR_BODY of HTML in RTF, without its white space",
        "onetwo".to_string(),
        significant(&stored.body()?),
    )?;
    match stored.html() {
        Ok(html) => equal(
            "PR_HTML",
            "<html><body><p>one <b>two</b></p></body></html>".to_string(),
            String::from_utf8_lossy(&html).replace("\r\n", ""),
        ),
        Err(failure) => code("GetProps of PR_HTML", &[MAPI_E_NOT_FOUND], failure.code),
    }
}

fn another_text(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_RTF_OK)?;
    for rtf in [RTF, HTML_IN_RTF] {
        let (message, _) = with_body(&open, PR_RTF_COMPRESSED, &packed(rtf))?;
        message.put(PR_BODY, "quite another text")?;
        message.save(KEEP_OPEN_READWRITE)?;
        let stored = open.open_message(&message.entry_id()?)?;
        equal("PR_BODY", "quite another text".to_string(), stored.body()?)?;
        let rtf = rtf_of(&stored)?;
        holds(
            rtf.contains("quite another text") && !rtf.contains("bold") && !rtf.contains("two"),
            "PR_RTF_COMPRESSED after PR_BODY was written",
            "the new text and none of the old",
            &rtf,
        )?;
        if let Ok(html) = stored.html() {
            let html = String::from_utf8_lossy(&html).into_owned();
            holds(
                html.contains("quite another text") && !html.contains("two"),
                "PR_HTML after PR_BODY was written",
                "the new text, or nothing",
                html,
            )?;
        }
    }
    Ok(())
}

fn white_space(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_RTF_OK)?;
    let (message, stored) = with_body(&open, PR_RTF_COMPRESSED, &packed(RTF))?;
    let before = stored.read_stream(PR_RTF_COMPRESSED)?;
    message.put(PR_BODY, stored.body()?.replace(' ', "  ") + "\r\n\r\n")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let stored = open.open_message(&message.entry_id()?)?;
    let after = stored.read_stream(PR_RTF_COMPRESSED)?;
    holds(
        after == before,
        "PR_RTF_COMPRESSED after a change of white space in PR_BODY",
        "the bytes as before",
        unpacked(&after).unwrap_or_default(),
    )?;
    equal("PR_RTF_IN_SYNC", true, stored.boolean(PR_RTF_IN_SYNC)?)
}

fn in_sync_ends(context: &Context) -> Verdict {
    let open = context.open()?;
    if open.mask()? & STORE_RTF_OK != 0 {
        return Err(not_applicable("STORE_RTF_OK is claimed"));
    }
    let message = open.message("bodies")?;
    message.write_stream(PR_RTF_COMPRESSED, &packed(RTF))?;
    message.put(PR_BODY, "Grüße, bold text\r\nsecond line\r\n")?;
    message.put(PR_RTF_IN_SYNC, true)?;
    message.save(KEEP_OPEN_READWRITE)?;
    let id = message.entry_id()?;
    equal(
        "PR_RTF_IN_SYNC that was written along with both bodies",
        true,
        open.open_message(&id)?.boolean(PR_RTF_IN_SYNC)?,
    )?;
    message.put(PR_BODY, "another text")?;
    message.put(PR_RTF_IN_SYNC, false)?;
    message.save(KEEP_OPEN_READWRITE)?;
    equal(
        "PR_RTF_IN_SYNC that was written along with PR_BODY",
        false,
        open.open_message(&id)?.boolean(PR_RTF_IN_SYNC)?,
    )?;
    message.put(PR_BODY, "a third text")?;
    message.save(KEEP_OPEN_READWRITE)?;
    refused(
        "GetProps of PR_RTF_IN_SYNC after PR_BODY was written alone",
        &[MAPI_E_NOT_FOUND],
        open.open_message(&id)?.boolean(PR_RTF_IN_SYNC),
    )
}

fn damaged_rtf(context: &Context) -> Verdict {
    let open = context.open()?;
    let mut cut = packed(RTF);
    cut.truncate(40);
    let mut lying = packed(RTF);
    lying[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut lzfu = packed(RTF);
    lzfu[8..12].copy_from_slice(b"LZFu");
    for bytes in [&b"x"[..], &[0; 16], &[0xFF; 100], &cut, &lying, &lzfu] {
        let (message, stored) = with_body(&open, PR_RTF_COMPRESSED, bytes)?;
        equal(
            "PR_RTF_COMPRESSED",
            bytes.to_vec(),
            stored.read_stream(PR_RTF_COMPRESSED)?,
        )?;
        equal("PR_SUBJECT", "bodies".to_string(), stored.subject()?)?;
        message.put(PR_BODY, "the text")?;
        message.save(KEEP_OPEN_READWRITE)?;
        equal(
            "PR_BODY after that",
            "the text".to_string(),
            open.open_message(&message.entry_id()?)?.body()?,
        )?;
    }
    Ok(())
}

fn embedded_bodies(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_RTF_OK | STORE_ATTACH_OK)?;
    let message = open.message("outer")?;
    let (number, attachment) = message.create_attachment()?;
    attachment.put(PR_ATTACH_METHOD, ATTACH_EMBEDDED_MSG)?;
    let inner = attachment.embedded(MAPI_CREATE | MAPI_MODIFY)?;
    inner.write_stream(PR_RTF_COMPRESSED, &packed(RTF))?;
    inner.save(0)?;
    attachment.save(0)?;
    message.save(KEEP_OPEN_READWRITE)?;
    let stored = open.open_message(&message.entry_id()?)?;
    let inner = stored.open_attachment(number)?.embedded(0)?;
    equal(
        "PR_BODY of the embedded message, without its white space",
        "Grüße,boldtextsecondline".to_string(),
        significant(&inner.body()?),
    )
}

fn long_bodies(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_RTF_OK)?;
    let lines: Vec<String> = (0..8_000).map(|number| format!("line {number}")).collect();
    let rtf = format!(
        "{{\\rtf1\\ansi\\deff0{{\\fonttbl{{\\f0 Arial;}}}}\\pard\\f0 {}}}",
        lines.join("\\par\r\n\\pard\\b0 ")
    );
    let (_message, stored) = with_body(&open, PR_RTF_COMPRESSED, &packed(&rtf))?;
    let body = stored.body()?;
    let came: Vec<&str> = body.lines().map(str::trim).collect();
    holds(
        came == lines,
        "PR_BODY",
        format!("{} lines", lines.len()),
        format!("{} lines", came.len()),
    )
}

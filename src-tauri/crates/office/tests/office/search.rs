//! Everyday words find what is meant, in every language of the shipped file.

use std::collections::BTreeSet;

use office::{Find, Office};

use crate::{load, shipped};

/// The first target, or what was found instead.
fn first<'a>(office: &'a Office, typed: &str) -> &'a str {
    let hits = office.search.search(typed);
    match hits.first().and_then(|hit| office.finds.get(hit.target)) {
        Some(Find::Entry(id) | Find::Procedure(id)) => id,
        None => "nothing",
    }
}

/// The first three targets.
fn first_three<'a>(office: &'a Office, typed: &str) -> Vec<&'a str> {
    let hits = office.search.search(typed).into_iter().take(3);
    let finds = hits.filter_map(|hit| office.finds.get(hit.target));
    finds
        .map(|it| match it {
            Find::Entry(id) | Find::Procedure(id) => id.as_str(),
        })
        .collect()
}

/// Phrases as people type them, not as the office's file has them: one file for each language.
const LANGUAGES: [(&str, &str); 5] = [
    ("ja", include_str!("search/ja.txt")),
    ("en", include_str!("search/en.txt")),
    ("vi", include_str!("search/vi.txt")),
    ("zh", include_str!("search/zh.txt")),
    ("fil", include_str!("search/fil.txt")),
];
const PHRASES_MIN: usize = 40;

fn phrases(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = text.lines().filter(|it| !it.starts_with('#'));
    lines.map(|it| it.split_once(" | ").unwrap_or((it, "")))
}

#[test]
fn what_people_type_in_five_languages_leads_where_they_mean() {
    let office = load(&shipped()).unwrap();
    let mut wrong = Vec::new();
    for (language, text) in LANGUAGES {
        for (typed, meant) in phrases(text) {
            let found = first_three(&office, typed);
            let meant: Vec<&str> = meant.split(' ').collect();
            let among = if meant.contains(&"3") { 3 } else { 1 };
            if !found.iter().take(among).any(|it| meant.contains(it)) {
                wrong.push(format!("{language}: {typed}: {found:?}, not {meant:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_language_has_phrases_enough_and_each_of_them_once() {
    for (language, text) in LANGUAGES {
        let all: Vec<&str> = phrases(text).map(|it| it.0).collect();
        let different: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(all.len(), different.len(), "{language}");
        assert!(all.len() >= PHRASES_MIN, "{language}: {}", all.len());
        let targets: BTreeSet<&str> = phrases(text).flat_map(|it| it.1.split(' ')).collect();
        for tile in [
            "moving",
            "birth",
            "bereavement",
            "insurance",
            "mynumber",
            "booking",
            "phone",
            "staff",
        ] {
            assert!(
                targets.contains(tile),
                "{language} has no phrase for {tile}"
            );
        }
    }
}

#[test]
fn what_the_office_has_nothing_for_finds_nothing_silly() {
    let office = load(&shipped()).unwrap();
    let wrong: Vec<String> = phrases(include_str!("search/nothing.txt"))
        .map(|(typed, _)| (typed, first(&office, typed)))
        .filter(|(_, found)| !["nothing", "staff"].contains(found))
        .map(|(typed, found)| format!("{typed}: {found}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const JAPANESE: [(&str, &str); 39] = [
    ("引っ越してきた", "moving"),
    ("引越しをします", "moving"),
    ("住所が変わりました", "moving"),
    ("ひっこし", "moving"),
    ("転出届を出したい", "moving"),
    ("外国から来ました", "moving"),
    ("赤ちゃん", "birth"),
    ("あかちゃんがうまれた", "birth"),
    ("子どもが生まれました", "birth"),
    ("双子を出産した", "birth"),
    ("出生届", "birth"),
    ("母が亡くなった", "bereavement"),
    ("父の葬儀が終わりました", "bereavement"),
    ("おくやみ", "bereavement"),
    ("相続の手続", "bereavement"),
    ("相続の手続き", "bereavement"),
    ("死亡届", "bereavement"),
    ("ハンコの証明", "inkan_shomei"),
    ("ﾊﾝｺ", "inkan_shomei"),
    ("印鑑証明がほしい", "inkan_shomei"),
    ("実印の証明書", "inkan_shomei"),
    ("住民票", "juminhyo"),
    ("じゅうみんひょうをください", "juminhyo"),
    ("住んでいる証明がほしい", "juminhyo"),
    ("所得証明書", "shotoku_shomei"),
    ("税金の証明がいる", "shotoku_shomei"),
    ("非課税証明", "shotoku_shomei"),
    ("証明書", "certificates"),
    ("保険証なくした", "insurance"),
    ("会社をやめたので保険に入りたい", "insurance"),
    ("年金の相談", "insurance"),
    ("国保", "insurance"),
    ("マイナンバーカードを受け取りたい", "mynumber"),
    ("暗証番号を忘れました", "mynumber"),
    ("カードの更新", "mynumber"),
    ("電子証明書の更新", "mynumber"),
    ("予約してきました", "booking"),
    ("よやく", "booking"),
    ("どうしていいかわからない", "staff"),
];

const ENGLISH: [(&str, &str); 31] = [
    ("I just moved here", "moving"),
    ("moving", "moving"),
    ("change of address", "moving"),
    ("new address", "moving"),
    ("we are leaving the city", "moving"),
    ("I had a baby", "birth"),
    ("my child was born", "birth"),
    ("newborn", "birth"),
    ("birth registration", "birth"),
    ("my father died", "bereavement"),
    ("my mother passed away", "bereavement"),
    ("funeral", "bereavement"),
    ("inheritance", "bereavement"),
    ("hanko", "inkan_shomei"),
    ("seal certificate", "inkan_shomei"),
    ("proof of address", "juminhyo"),
    ("residence certificate", "juminhyo"),
    ("juminhyo", "juminhyo"),
    ("proof of income", "shotoku_shomei"),
    ("tax certificate", "shotoku_shomei"),
    ("certificate", "certificates"),
    ("health insurance", "insurance"),
    ("I lost my insurance card", "insurance"),
    ("I quit my job", "insurance"),
    ("pension", "insurance"),
    ("my number card", "mynumber"),
    ("I forgot my PIN", "mynumber"),
    ("renew my card", "mynumber"),
    ("I have an appointment", "booking"),
    ("reservation", "booking"),
    ("I need help", "staff"),
];

const OTHERS: [(&str, &str); 12] = [
    ("chuyển nhà", "moving"),
    ("chuyen nha", "moving"),
    ("em bé", "birth"),
    ("bảo hiểm", "insurance"),
    ("搬家", "moving"),
    ("健康保险", "insurance"),
    ("出生登记", "birth"),
    ("居住证明", "juminhyo"),
    ("lipat", "moving"),
    ("sanggol", "birth"),
    ("namatay", "bereavement"),
    ("buwis", "shotoku_shomei"),
];

#[test]
fn everyday_words_lead_where_people_mean() {
    let office = load(&shipped()).unwrap();
    let wrong: Vec<String> = (JAPANESE.iter().chain(&ENGLISH).chain(&OTHERS))
        .filter_map(|(typed, meant)| {
            let found = first(&office, typed);
            (found != *meant).then(|| format!("{typed}: {found} instead of {meant}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_form_is_found_by_the_words_of_those_who_need_it() {
    let office = load(&shipped()).unwrap();
    for (typed, meant) in [
        ("戸籍謄本がほしい", "koseki"),
        ("こせき", "koseki"),
        ("family register", "koseki"),
        ("身分証明書", "koseki"),
        ("児童手当", "jido_teate"),
        ("child allowance", "jido_teate"),
        ("子どもの医療費", "kodomo_iryo"),
        ("犬の登録", "inu"),
        ("my dog", "inu"),
        ("転校", "tenko"),
        ("原付の廃車", "kei_jidosha"),
        ("水道を止めたい", "suido"),
        ("市営住宅", "jutaku_shokei"),
        ("介護保険", "kaigo"),
        ("委任状", "ininjo"),
        ("住民異動届", "idou"),
        ("国保をやめたい", "kokuho"),
    ] {
        assert_eq!(first(&office, typed), meant, "{typed}");
    }
}

#[test]
fn what_is_meant_stands_among_the_first_three_while_it_is_typed() {
    let office = load(&shipped()).unwrap();
    for (typed, meant) in [
        ("ひっ", "moving"),
        ("あか", "birth"),
        ("hea", "insurance"),
        ("住民", "juminhyo"),
    ] {
        let hits = office.search.search(typed);
        let found = (hits.iter().take(3)).any(|hit| match &office.finds[hit.target] {
            Find::Entry(id) | Find::Procedure(id) => id == meant,
        });
        assert!(found, "{typed}");
    }
}

#[test]
fn words_that_mean_nothing_here_find_nothing() {
    let office = load(&shipped()).unwrap();
    for typed in ["", "　", "xqzw", "☃"] {
        assert_eq!(first(&office, typed), "nothing", "{typed}");
    }
}

/// What the kiosk's own keyboard can write: no kanji.
const KANA: [(&str, &str); 30] = [
    ("ひっこしてきた", "moving"),
    ("ひっこしました", "moving"),
    ("てんにゅう", "moving"),
    ("てんしゅつしたい", "moving"),
    ("じゅうしょへんこう", "moving"),
    ("あかちゃん", "birth"),
    ("こどもがうまれた", "birth"),
    ("しゅっさんしました", "birth"),
    ("ははがなくなった", "bereavement"),
    ("そうしき", "bereavement"),
    ("はんこのしょうめい", "inkan_shomei"),
    ("いんかんしょうめい", "inkan_shomei"),
    ("じついん", "inkan_shomei"),
    ("じゅうみんひょう", "juminhyo"),
    ("じゅうしょのしょうめい", "juminhyo"),
    ("こせきとうほん", "koseki"),
    ("しょうほん", "koseki"),
    ("かぜいしょうめい", "shotoku_shomei"),
    ("しょとくしょうめい", "shotoku_shomei"),
    ("しゅうにゅうのしょうめい", "shotoku_shomei"),
    ("ほけんしょうなくした", "insurance"),
    ("ねんきんのそうだん", "insurance"),
    ("こくほ", "insurance"),
    ("こくほにはいりたい", "kokuho"),
    ("じどうてあて", "jido_teate"),
    ("こどものいりょうひ", "kodomo_iryo"),
    ("マイナンバーカード", "mynumber"),
    ("あんしょうばんごうをわすれた", "mynumber"),
    ("いぬ", "inu"),
    ("よやくした", "booking"),
];

#[test]
fn what_can_be_typed_at_the_kiosk_finds_too() {
    let office = load(&shipped()).unwrap();
    let wrong: Vec<String> = KANA
        .iter()
        .filter(|(typed, meant)| first(&office, typed) != *meant)
        .map(|(typed, meant)| format!("{typed}: {} and not {meant}", first(&office, typed)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

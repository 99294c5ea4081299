//! Who the card belongs to.

/// The holder of a virtual card. The default is a person who does not exist, in a city that does not exist,
/// with an individual number whose check digit is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// 氏名, with U+3000 between family and given name.
    pub name: String,
    /// 住所.
    pub address: String,
    /// 生年月日, `YYYYMMDD`.
    pub birth: String,
    /// 性別: `1` 男, `2` 女, `9` 適用不能, `0` 不明.
    pub sex: char,
    /// 個人番号. The card holds it so that a test can prove that nobody ever asks for it.
    pub individual_number: String,
    /// 券面事項入力補助用暗証番号 and 利用者証明用暗証番号: four digits.
    pub pin: String,
    /// 署名用パスワード.
    pub sign_password: String,
    /// 照合番号B: birth date (year of the era), year of expiry, security code.
    pub code_b: String,
}

impl Default for Person {
    fn default() -> Self {
        Self {
            name: "山田　花子".to_owned(),
            address: "東京都青葉市緑町１－２－３　コーポみどり２０２".to_owned(),
            birth: "19800217".to_owned(),
            sex: '2',
            individual_number: "111111111111".to_owned(),
            pin: "1234".to_owned(),
            sign_password: "ABC123".to_owned(),
            code_b: "55021720352285".to_owned(),
        }
    }
}

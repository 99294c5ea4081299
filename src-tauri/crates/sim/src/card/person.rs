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
    /// 有効期限, `YYYYMMDD`.
    pub expiry: String,
    /// セキュリティコード: four digits on the card's face.
    pub security_code: String,
}

impl Person {
    /// 照合番号B, fourteen digits: birth date `YYMMDD` with the year of the Japanese era, year of expiry `YYYY`,
    /// security code.
    #[must_use]
    pub fn code_b(&self) -> String {
        let year: String = self.expiry.chars().take(4).collect();
        format!("{}{year}{}", self.birth_in_era(), self.security_code)
    }

    /// The birth date `YYMMDD` with the year of the Japanese era, as it is printed on the card.
    #[must_use]
    pub fn birth_in_era(&self) -> String {
        // The first day of each era but Meiji, and the year before its first.
        const ERAS: [(&str, u16); 4] = [
            ("20190501", 2018),
            ("19890108", 1988),
            ("19261225", 1925),
            ("19120730", 1911),
        ];
        let (year, day) = self.birth.split_at_checked(4).unwrap_or_default();
        let before = ERAS
            .into_iter()
            .find(|(begin, _)| self.birth.as_str() >= *begin)
            .map_or(1867, |(_, before)| before);
        let year = year.parse().unwrap_or(before).saturating_sub(before);
        format!("{year:02}{day}")
    }
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
            expiry: "20350217".to_owned(),
            security_code: "2285".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_b_counts_years_of_the_era() {
        // The first is the worked example of soltia48/myna-card.
        for (birth, printed) in [
            ("19800217", "550217"),
            ("19890107", "640107"),
            ("19890108", "010108"),
            ("20190430", "310430"),
            ("20190501", "010501"),
            ("19260101", "150101"),
            ("19120729", "450729"),
            ("19800200", "550200"),
        ] {
            let person = Person {
                birth: birth.into(),
                ..Person::default()
            };
            assert_eq!(person.birth_in_era(), printed);
            assert_eq!(person.code_b(), format!("{printed}20352285"));
        }
    }
}

//! The towns that are offered while an address is typed.

use wire::kiosk::{KioskInput, Screen, TownView};

use super::stage::Stage;

fn towns(stage: &Stage) -> Vec<TownView> {
    match stage.screen() {
        Screen::Question { towns, .. } => towns,
        _ => panic!("{}", stage.at()),
    }
}

#[test]
fn a_question_for_an_address_has_the_offices_towns_and_takes_what_is_not_among_them() {
    let table = vec![TownView {
        name: "広島県福山市東桜町".to_owned(),
        kana: "ヒガシサクラマチ".to_owned(),
        postal: Some("7200065".to_owned()),
    }];
    let mut stage = Stage::new();
    stage.session.setup.towns.clone_from(&table);
    stage.up_to_means().tap(KioskInput::TypeByHand);
    assert_eq!(stage.at(), "question name");
    assert_eq!(towns(&stage), []);
    stage.answer("name", "金糸雀　花子");
    assert_eq!(stage.at(), "question address");
    assert_eq!(towns(&stage), table);
    stage.answer("address", "岡山県笠岡市中央町1番地の1");
    assert_ne!(stage.at(), "question address");
}

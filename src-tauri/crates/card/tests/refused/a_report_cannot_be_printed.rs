//# E0277
pub fn print(report: &card::session::Report, request: &card::session::Request) {
    println!("{report:?} {request:?}");
}

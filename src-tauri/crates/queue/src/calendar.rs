//! When a service takes visitors: hours by weekday, pauses, holidays, special opening days.

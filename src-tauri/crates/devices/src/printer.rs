//! Receipt printers on a TCP port.

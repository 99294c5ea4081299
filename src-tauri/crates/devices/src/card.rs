//! Card readers, through a process that can be killed.

//! What the card process asks of Linux for the sake of the digits it holds: no core dump, no look from
//! another process, no swap. All of it is best effort; none of it is needed to read a card.

#![expect(
    unsafe_code,
    reason = "four calls of libc that take no memory of ours but one struct by pointer"
)]

/// Hardens the calling process. Call it after the threads are started, so that their stacks are locked too.
pub(crate) fn harden() {
    // SAFETY: PR_SET_DUMPABLE takes one integer and touches no memory of ours.
    let undumpable = unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0) } == 0;
    let none = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `none` is a valid rlimit that lives across the call; the kernel only reads it.
    let coreless = unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) } == 0;
    // SAFETY: mlockall takes flags only. Future mappings are left alone, because beyond RLIMIT_MEMLOCK they
    // would fail instead of being swappable.
    let locked = unsafe { libc::mlockall(libc::MCL_CURRENT) } == 0;
    if !(undumpable && coreless) {
        eprintln!("uketsuke-card: the process could not be closed to debuggers");
    }
    if !locked {
        eprintln!("uketsuke-card: memory could not be kept from swapping (RLIMIT_MEMLOCK)");
    }
}

/// Ends the process at once, without the clean-up that would wait for a thread blocked in PC/SC.
pub(crate) fn exit_now(code: i32) -> ! {
    // SAFETY: _exit takes an integer and does not return.
    unsafe { libc::_exit(code) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_hardened_process_is_not_dumpable() {
        super::harden();
        // SAFETY: PR_GET_DUMPABLE takes no argument and touches no memory of ours.
        assert_eq!(unsafe { libc::prctl(libc::PR_GET_DUMPABLE) }, 0);
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
        let core = limits
            .lines()
            .find(|line| line.starts_with("Max core file size"))
            .unwrap();
        assert_eq!(
            core.split_whitespace().filter(|word| *word == "0").count(),
            2,
            "{core}"
        );
    }
}

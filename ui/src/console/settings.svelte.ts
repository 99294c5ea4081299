const KEPT_AS = 'uketsuke.console';

/** What one clerk's screen does, kept in this browser. */
class Settings {
  /** A tone when a kiosk calls for staff or an alarm is raised. Off: an office is quiet. */
  sound = $state(false);
  /** A case is veiled while the window is not the one in use: somebody else may stand before the screen. */
  veil = $state(true);

  constructor() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT_AS) ?? '{}') as { sound?: unknown; veil?: unknown };
      this.sound = kept.sound === true;
      this.veil = kept.veil !== false;
    } catch {
      // A browser that keeps nothing begins as it is.
    }
  }

  keep(): void {
    const { sound, veil } = this;
    try {
      localStorage.setItem(KEPT_AS, JSON.stringify({ sound, veil }));
    } catch {
      // See above.
    }
  }
}

export const settings = new Settings();

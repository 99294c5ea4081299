//! What may be asked of a residence card.

//! The office's picture: black and white already, because a printer that has to guess prints mud.

use png::{ColorType, Decoder, Transformations};

use crate::raster::Raster;

/// The widest paper there is, in dots.
const WIDTH_MAX: u32 = 2040;
/// About five centimetres; anything higher is a poster.
const ROWS_MAX: u32 = 400;

/// A logo as dots, one for each pixel of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo(Raster);

/// A file that is no logo.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogoError {
    /// Not a PNG, or a broken one.
    #[error("this is no PNG: {0}")]
    Unreadable(String),
    /// Larger than any slip.
    #[error(
        "the logo has {width} × {height} pixels, expected at most {WIDTH_MAX} × {ROWS_MAX}: one pixel is one dot"
    )]
    TooLarge {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// A pixel that is neither black nor white.
    #[error(
        "the pixel {x}, {y} is neither black nor white: thermal paper knows no grey, so save the logo with one bit a pixel"
    )]
    Grey {
        /// From the left, from 0.
        x: u32,
        /// From the top, from 0.
        y: u32,
    },
}

impl Logo {
    /// From the bytes of a PNG in which every pixel is black, white or transparent.
    pub fn from_png(file: &[u8]) -> Result<Logo, LogoError> {
        let unreadable = |error: png::DecodingError| LogoError::Unreadable(error.to_string());
        let mut decoder = Decoder::new(std::io::Cursor::new(file));
        decoder.set_transformations(Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().map_err(unreadable)?;
        let (width, height) = reader.info().size();
        // Before any memory is taken for it.
        let (Ok(dots), true) = (
            u16::try_from(width),
            height <= ROWS_MAX && width <= WIDTH_MAX,
        ) else {
            return Err(LogoError::TooLarge { width, height });
        };
        let bytes = reader
            .output_buffer_size()
            .ok_or(LogoError::TooLarge { width, height })?;
        let mut pixels = vec![0; bytes];
        let info = reader.next_frame(&mut pixels).map_err(unreadable)?;
        let (depth, has_alpha) = match info.color_type {
            ColorType::Grayscale => (1, false),
            ColorType::GrayscaleAlpha => (2, true),
            ColorType::Rgb | ColorType::Indexed => (3, false),
            ColorType::Rgba => (4, true),
        };
        let mut raster = Raster::blank(dots, height);
        for (y, row) in (0..).zip(pixels.chunks(info.line_size)) {
            for (x, pixel) in (0..width).zip(row.chunks(depth)) {
                match shade(pixel, has_alpha) {
                    Some(true) => raster.blacken(x, y),
                    Some(false) => {}
                    None => return Err(LogoError::Grey { x, y }),
                }
            }
        }
        Ok(Logo(raster))
    }

    /// Its dots.
    pub fn dots(&self) -> &Raster {
        &self.0
    }
}

/// Whether a pixel is black; `None` where it is neither black nor white.
fn shade(pixel: &[u8], has_alpha: bool) -> Option<bool> {
    let colours = match (pixel.split_last(), has_alpha) {
        (Some((0, _)), true) => return Some(false),
        (Some((255, colours)), true) => colours,
        (_, true) => return None,
        (_, false) => pixel,
    };
    if colours.iter().all(|it| *it == 0) {
        Some(true)
    } else if colours.iter().all(|it| *it == 255) {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Logo, LogoError};
    use crate::raster::Raster;

    fn file(colour: png::ColorType, width: u32, height: u32, data: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(colour);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(data).unwrap();
        drop(writer);
        file
    }

    #[test]
    fn a_logo_of_one_bit_comes_back_dot_by_dot() {
        let mut raster = Raster::blank(10, 3);
        raster.blacken(0, 0);
        raster.blacken(9, 2);
        let logo = Logo::from_png(&raster.to_png()).unwrap();
        assert_eq!(*logo.dots(), raster);
    }

    #[test]
    fn what_is_transparent_is_paper_and_what_is_grey_is_refused() {
        let clear = file(png::ColorType::Rgba, 2, 1, &[9, 9, 9, 0, 0, 0, 0, 255]);
        let logo = Logo::from_png(&clear).unwrap();
        assert!(!logo.dots().dot(0, 0) && logo.dots().dot(1, 0));
        let grey = file(png::ColorType::Grayscale, 2, 1, &[0, 128]);
        assert_eq!(Logo::from_png(&grey), Err(LogoError::Grey { x: 1, y: 0 }));
    }

    #[test]
    fn a_poster_and_a_letter_are_refused() {
        let high = file(png::ColorType::Grayscale, 1, 401, &[0; 401]);
        assert_eq!(
            Logo::from_png(&high),
            Err(LogoError::TooLarge {
                width: 1,
                height: 401
            })
        );
        assert!(matches!(
            Logo::from_png(b"hello"),
            Err(LogoError::Unreadable(_))
        ));
    }
}

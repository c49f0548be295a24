//! Test of the folders of a data directory: their names are durable first.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::FileJournal;
use crate::tests::{House, options};
use crate::wal::{Medium, System};

/// Notes what stands in the data directory when its names are made durable.
struct Noting(Arc<Mutex<Vec<Vec<String>>>>);

impl Medium for Noting {
    fn write_at(&mut self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        System.write_at(file, bytes, offset)
    }

    fn sync(&mut self, file: &File) -> io::Result<()> {
        System.sync(file)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        System.rename(from, to)
    }

    fn sync_folder(&mut self, folder: &Path) -> io::Result<()> {
        let names = fs::read_dir(folder)?.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        self.0.lock().unwrap().push(names);
        System.sync_folder(folder)
    }
}

#[test]
fn the_folders_are_durable_before_anything_is_in_them() {
    let (house, noted) = (House::new(), Arc::<Mutex<Vec<_>>>::default());
    drop(FileJournal::open_on(Noting(Arc::clone(&noted)), &house.places, options()).unwrap());
    assert_eq!(noted.lock().unwrap()[0], ["journal", "keys", "log", "signer"]);
}

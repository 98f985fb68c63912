/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;

/**
 * People's own pictures: a folder with a folder per class, named after it, or without labels a folder of pictures. PNG,
 * JPEG, BMP, GIF and TIFF are read; hidden files and files of other kinds are passed over, and counted in the facts.
 *
 * <p>A hash of the pixels and the seed decides the split: trunk 60 %, decision 15 %, calibration 15 %, test 10 %; the name of
 * a file counts for nothing. Copies and near-copies (resized, recompressed) are in the same split.
 */
public final class ImageFolder {
    private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg", "bmp", "gif", "tif", "tiff");
    private static final int FAILURES_SHOWN = 5;

    private record PictureRow(String id, int label, String group, int number) implements Row {}

    private ImageFolder() {}

    /**
     * Reads the folder; every picture is decoded once to be sure that it can be.
     *
     * @param labels the names of the model's classes by number; empty to take those of the folders, sorted
     * @param seed of the split
     * @throws TaskDataException if there is no picture, one cannot be read, a class has only one or is not in
     *     {@code labels}, or there is too little for four splits
     */
    public static TaskData load(Path folder, PictureInput input, List<String> labels, long seed)
            throws TaskDataException {
        return load(folder, input, labels, seed, ReadingProgress.SILENT);
    }

    /** The same, which says how far it is. */
    public static TaskData load(
            Path folder, PictureInput input, List<String> labels, long seed, ReadingProgress progress)
            throws TaskDataException {
        Found found = find(folder);
        List<String> failures = new ArrayList<>();
        PictureCopies copies = new PictureCopies();
        Pictures pictures = new Pictures(found.files(), input.channels());
        List<String> hashes = new ArrayList<>();
        for (int i = 0; i < found.files().size(); i++) {
            try {
                Display.Picture picture = pictures.first(i);
                String hash = hash(picture);
                copies.add(picture, hash);
                hashes.add(hash);
            } catch (IOException e) {
                failures.add(folder.relativize(found.files().get(i)) + ": " + e.getMessage());
            }
            progress.at(i + 1L, found.files().size());
        }
        if (!failures.isEmpty()) {
            throw new TaskDataException(
                    failures.size() + " of " + found.files().size() + " pictures cannot be read: "
                            + String.join("; ", failures.subList(0, Math.min(FAILURES_SHOWN, failures.size()))) + ".",
                    "Repair or remove them.");
        }
        List<String> ids = found.files().stream()
                .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                .toList();
        Labels numbered = found.labelled()
                ? Labels.of(
                        ids.stream().map(id -> id.substring(0, id.indexOf('/'))).toList(),
                        labels,
                        i -> "of " + ids.get(i))
                : Labels.none(ids.size());
        String[] groups = groups(copies, hashes);
        List<PictureRow> rows = new ArrayList<>();
        MessageDigest digest = SplitHash.sha256();
        for (int i = 0; i < groups.length; i++) {
            rows.add(new PictureRow(ids.get(i), numbered.numbers()[i], groups[i], i));
        }
        rows.stream()
                .map(row -> hashes.get(row.number()) + " " + row.label() + "\n")
                .sorted()
                .forEach(line -> digest.update(line.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        Map<Split, List<PictureRow>> splits = Splitting.of(rows, OwnData.SHARES, seed);
        TaskData.Description description = new TaskData.Description(
                String.valueOf(folder.toAbsolutePath().normalize().getFileName()),
                numbered.names(),
                HexFormat.of().formatHex(digest.digest()),
                OwnData.LICENCE,
                seed,
                Map.of(
                        "pictures",
                        Integer.toString(rows.size()),
                        "files passed over",
                        Integer.toString(found.passedOver())));
        return new TaskData(description, split -> examples(Objects.requireNonNull(splits.get(split)), pictures, input));
    }

    private static Examples examples(List<PictureRow> rows, Pictures pictures, PictureInput input) {
        return new PictureSet(
                rows.size(),
                row -> rows.get(row).id(),
                row -> rows.get(row).group(),
                row -> rows.get(row).label(),
                row -> pictures.get(rows.get(row).number()),
                input);
    }

    /** The keys of near-copies are numbers of files; a group must be named by what is in it. */
    private static String[] groups(PictureCopies copies, List<String> hashes) {
        String[] joined = Groups.names(copies.keys());
        Map<String, String> smallest = new HashMap<>();
        for (int i = 0; i < joined.length; i++) {
            smallest.merge(joined[i], hashes.get(i), (a, b) -> a.compareTo(b) <= 0 ? a : b);
        }
        String[] groups = new String[joined.length];
        for (int i = 0; i < joined.length; i++) {
            groups[i] = Objects.requireNonNull(smallest.get(joined[i]));
        }
        return groups;
    }

    private static String hash(Display.Picture picture) {
        MessageDigest digest = SplitHash.sha256();
        digest.update((picture.width() + "x" + picture.height() + "x" + picture.channels() + ":")
                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest.digest(picture.pixels()));
    }

    private record Found(List<Path> files, boolean labelled, int passedOver) {}

    private static Found find(Path folder) throws TaskDataException {
        String advice = "Give a folder with a folder of pictures for each class, or of pictures without labels.";
        List<Path> files = new ArrayList<>();
        int other = 0;
        int direct = 0;
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) walk.filter(Files::isRegularFile)::iterator) {
                String name = String.valueOf(file.getFileName());
                int dot = name.lastIndexOf('.');
                if (name.startsWith(".")
                        || !ENDINGS.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT))) {
                    other++;
                } else {
                    files.add(file);
                    direct += folder.equals(file.getParent()) ? 1 : 0;
                }
            }
        } catch (IOException | UncheckedIOException e) {
            throw new TaskDataException("The folder " + folder + " cannot be read: " + e.getMessage() + ".", advice, e);
        }
        if (files.isEmpty()) {
            throw new TaskDataException("There is no picture in " + folder + " (" + other + " other files).", advice);
        }
        if (direct > 0 && direct < files.size()) {
            throw new TaskDataException(
                    direct + " pictures lie in " + folder + " itself and " + (files.size() - direct)
                            + " in folders below it, so it is not clear whether folders are classes.",
                    advice);
        }
        files.sort(Comparator.comparing(Path::toString));
        return new Found(files, direct == 0, other);
    }

    /** Keeps decoded pictures while a quarter of the memory suffices, and decodes the others anew each time. */
    private static final class Pictures {
        private final List<Path> files;
        private final int channels;
        private final Display.Picture[] kept;
        private long free = Runtime.getRuntime().maxMemory() / 4;

        Pictures(List<Path> files, int channels) {
            this.files = files;
            this.channels = channels;
            this.kept = new Display.Picture[files.size()];
        }

        /** Before any other use, by one thread. */
        Display.Picture first(int number) throws IOException {
            Display.Picture picture = PictureFile.read(files.get(number), channels);
            if (picture.pixels().length <= free) {
                free -= picture.pixels().length;
                kept[number] = picture;
            }
            return picture;
        }

        Display.Picture get(int number) {
            Display.Picture picture = kept[number];
            if (picture != null) {
                return picture;
            }
            try {
                return PictureFile.read(files.get(number), channels);
            } catch (IOException e) {
                throw new UncheckedIOException("The picture " + files.get(number) + " can no longer be read", e);
            }
        }
    }
}

/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/** A folder that holds the entries as files; other files in it are not seen. */
public final class FolderSource implements EntrySource {
    private final Path folder;
    private final Set<String> names = new LinkedHashSet<>();

    public FolderSource(Path folder) {
        this.folder = folder;
        for (String name : EntryNames.ALL) {
            // A link could lead to a file that is not the model's.
            if (Files.isRegularFile(folder.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                names.add(name);
            }
        }
    }

    @Override
    public Set<String> names() {
        return Set.copyOf(names);
    }

    public Path path(String name) {
        return folder.resolve(name);
    }

    @Override
    public InputStream open(String name) throws IOException {
        return Files.newInputStream(file(name), LinkOption.NOFOLLOW_LINKS);
    }

    private Path file(String name) throws IOException {
        if (!names.contains(name)) {
            throw new NoSuchFileException(name);
        }
        return folder.resolve(name);
    }
}

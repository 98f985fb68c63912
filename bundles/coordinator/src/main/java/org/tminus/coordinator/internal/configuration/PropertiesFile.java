/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.configuration;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Texts that outlive a restart, in a file that is replaced as a whole. What cannot be read counts as not there, and what cannot
 * be written is logged: neither stands in the way of work. One thread at a time.
 */
public final class PropertiesFile {
    private static final Logger LOG = LoggerFactory.getLogger(PropertiesFile.class);

    private final @Nullable Path file;
    private final String what;

    /**
     * @param file null where the framework has no storage: nothing outlives a restart then
     * @param what is kept there, for people, such as "the last good configuration"
     */
    public PropertiesFile(@Nullable Path file, String what) {
        this.file = file;
        this.what = what;
    }

    /** All of them; empty if there are none. */
    public Properties read() {
        Properties all = new Properties();
        if (file != null && Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                all.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                LOG.warn("The file {} with {} cannot be read and is ignored", file, what, e);
                all.clear();
            }
        }
        return all;
    }

    /** Puts these in the place of what was there. */
    public void write(Properties all) {
        if (file == null) {
            return;
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            try (Writer writer = Files.newBufferedWriter(fresh)) {
                all.store(writer, what);
            }
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.error(
                    "The file {} with {} cannot be written; after a restart it begins with what was there",
                    file,
                    what,
                    e);
        }
    }
}

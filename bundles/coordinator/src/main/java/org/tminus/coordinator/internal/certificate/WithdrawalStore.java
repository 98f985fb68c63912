/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.certificate;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps withdrawals over restarts, in one properties file. Callers see to it that one thread at a time uses it. */
public final class WithdrawalStore {
    private static final Logger LOG = LoggerFactory.getLogger(WithdrawalStore.class);
    private static final String SEPARATOR = "|";
    private static final int PARTS = 7;

    private final @Nullable Path file;

    /** @param file null where the framework has no storage: nothing outlives a restart then */
    public WithdrawalStore(@Nullable Path file) {
        this.file = file;
    }

    List<Withdrawal> load() {
        List<Withdrawal> found = new ArrayList<>();
        if (file == null || !Files.exists(file)) {
            return found;
        }
        Properties all = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            all.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("The withdrawn certificates in {} cannot be read", file, e);
            return found;
        }
        for (Object value : all.values()) {
            try {
                found.add(parse(value.toString()));
            } catch (IllegalArgumentException | DateTimeException e) {
                LOG.warn("The withdrawn certificate '{}' in {} cannot be read", value, file, e);
            }
        }
        return found;
    }

    private static Withdrawal parse(String text) {
        String[] parts = text.split("\\|", PARTS);
        if (parts.length < PARTS) {
            throw new IllegalArgumentException("Expected " + PARTS + " parts");
        }
        return new Withdrawal(
                // The name of a point may hold any character, so it comes last.
                new PointId(parts[0], parts[1], parts[6]),
                Instant.parse(parts[2]),
                Double.parseDouble(parts[3]),
                Long.parseLong(parts[4]),
                Long.parseLong(parts[5]));
    }

    void save(Collection<Withdrawal> withdrawals) {
        if (file == null) {
            return;
        }
        Properties all = new Properties();
        int number = 0;
        for (Withdrawal each : withdrawals) {
            all.setProperty(
                    Integer.toString(number++),
                    String.join(
                            SEPARATOR,
                            each.id().model(),
                            each.id().certificate(),
                            each.at().toString(),
                            Double.toString(each.limit()),
                            Long.toString(each.compared()),
                            Long.toString(each.disagreed()),
                            each.id().point()));
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            try (Writer writer = Files.newBufferedWriter(fresh)) {
                all.store(writer, "Withdrawn certificates");
            }
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.error("The withdrawn certificates cannot be kept for the next start in {}", file, e);
        }
    }
}

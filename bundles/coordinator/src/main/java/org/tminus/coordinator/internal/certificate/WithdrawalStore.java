/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.certificate;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.coordinator.internal.configuration.PropertiesFile;

/** Keeps withdrawals over restarts, in one properties file. Callers see to it that one thread at a time uses it. */
public final class WithdrawalStore {
    private static final Logger LOG = LoggerFactory.getLogger(WithdrawalStore.class);
    private static final String SEPARATOR = "|";
    private static final int PARTS = 7;

    private final PropertiesFile file;

    /** @param file null where the framework has no storage: nothing outlives a restart then */
    public WithdrawalStore(@Nullable Path file) {
        this.file = new PropertiesFile(file, "withdrawn certificates");
    }

    List<Withdrawal> load() {
        List<Withdrawal> found = new ArrayList<>();
        for (Object value : file.read().values()) {
            try {
                found.add(parse(value.toString()));
            } catch (IllegalArgumentException | DateTimeException e) {
                LOG.warn("The withdrawn certificate '{}' cannot be read", value, e);
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
        file.write(all);
    }
}

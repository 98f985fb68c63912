/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.report;

import java.util.Locale;
import java.util.Optional;

/**
 * A line of the progress file.
 *
 * @param share of the work that is done, 0 to 1
 * @param activity what is going on, a few words
 */
public record ProgressLine(double share, String activity) {

    /** As it stands in the file, without a line break. */
    public String format() {
        return String.format(Locale.ROOT, "%.4f\t%s", share, activity);
    }

    /** Empty if the line is not, or not yet fully, a line of the progress file. */
    public static Optional<ProgressLine> parse(String line) {
        int tab = line.indexOf('\t');
        if (tab < 0) {
            return Optional.empty();
        }
        try {
            double share = Double.parseDouble(line.substring(0, tab));
            return share >= 0 && share <= 1
                    ? Optional.of(new ProgressLine(share, line.substring(tab + 1)))
                    : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}

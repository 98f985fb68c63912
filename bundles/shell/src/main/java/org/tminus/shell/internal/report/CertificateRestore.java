/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import java.util.List;
import org.tminus.inference.CertificateControl;

/** Takes the withdrawals of a model's certificate back. */
public final class CertificateRestore {
    private CertificateRestore() {}

    /** @throws CommandFailure if nothing of this model was withdrawn */
    public static Report of(CertificateControl control, String model) throws CommandFailure {
        List<String> points = control.restore(model);
        if (points.isEmpty()) {
            throw new CommandFailure(
                    "No certificate of a model '" + model + "' was withdrawn.", "tminus:status shows which were.");
        }
        Report report = new Report();
        report.line("In force again for " + model + ": " + String.join(", ", points) + ".");
        report.line("Nothing was certified anew: the inputs that made it fail may come again.");
        report.json("model", model).json("restored", points);
        return report;
    }
}

/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import java.io.IOException;
import java.util.List;

/** Thrown when a model cannot be made adaptive with some data; names all problems that were found, and what to do. */
public final class AdaptException extends IOException {
    private static final long serialVersionUID = 1;

    AdaptException(String problem) {
        super(problem);
    }

    AdaptException(String problem, Throwable cause) {
        super(problem, cause);
    }

    /** @param problems at least one */
    AdaptException(String heading, List<String> problems) {
        super(problems.size() == 1 ? problems.get(0) : heading + "\n  - " + String.join("\n  - ", problems));
    }
}

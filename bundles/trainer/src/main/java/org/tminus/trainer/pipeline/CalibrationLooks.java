/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How often the calibration inputs were looked at in a work folder. The probability &delta; of a false promise is for one
 * look: whoever decides anew after having seen what passes multiplies it. A look is recorded before the inputs are opened,
 * so that one whose result did not please counts as well. Used by one thread and one process at a time.
 */
final class CalibrationLooks {
    private static final String FILE = "calibration-looks";

    private final Path file;

    CalibrationLooks(Path folder) {
        this.file = folder.resolve(FILE);
    }

    /**
     * Records a look; the same one again, such as after an interruption, is no other.
     *
     * @param inputs fingerprint of the calibration inputs
     * @param promise fingerprint of all that is tested on them
     * @return how many different looks there were at these inputs, this one included
     */
    int record(String inputs, String promise) throws IOException {
        List<String> looks =
                new ArrayList<>(Files.exists(file) ? Files.readAllLines(file, StandardCharsets.UTF_8) : List.of());
        String look = inputs + " " + promise;
        if (!looks.contains(look)) {
            looks.add(look);
            StageStore.write(file, String.join("\n", looks).getBytes(StandardCharsets.UTF_8));
        }
        return (int)
                looks.stream().filter(each -> each.startsWith(inputs + " ")).count();
    }
}

/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.tminus.trainer.Progress;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.pipeline.Pipeline;

/** A run in a process of its own, which says when it is at some point and stays there until it is killed. */
final class KilledRun {
    static final String AT = "at the point";
    static final String DONE = "done";

    private KilledRun() {}

    /** Takes the folder of the model and the data, the name of the output, and a pattern of the point; an empty one for none. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        String point = arguments[2];
        Request request = HardKillTest.request(folder, arguments[1]);
        Pipeline.Result result =
                Adaptation.prepare(request, ProgressListener.NONE).run(new Stop(point), () -> false);
        System.out.println(DONE + (result == null ? ", but it stopped" : ""));
    }

    private record Stop(String point) implements ProgressListener {
        @Override
        public void progress(Progress progress) {
            // In the second half of a stage, so that there is something to lose.
            if (2 * progress.done() >= progress.total() || progress.total() < 4) {
                message(progress.stage());
            }
        }

        @Override
        public void message(String text) {
            if (!point.isEmpty() && text.matches("(" + point + ")( .*|,.*|)")) {
                System.out.println(AT);
                try {
                    // Nobody writes, so this ends with the process only.
                    int read = System.in.read();
                    throw new IllegalStateException("nobody killed this process, but it read " + read);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}

/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.TaskData;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.graph.GraphDistillation;
import org.tminus.trainer.graph.GraphTask;
import org.tminus.trainer.graph.Precision;

/**
 * Compares the time of training steps in float32 and bfloat16. Both trainings live in one process and take turns, so that
 * whatever else the machine does meets both. Arguments: task, steps per turn, turns. The first turn of each is left out.
 */
final class PrecisionSpeed {
    private final int steps;
    private final Semaphore done = new Semaphore(0);

    private PrecisionSpeed(int steps) {
        this.steps = steps;
    }

    public static void main(String[] arguments) throws IOException {
        new PrecisionSpeed(Integer.parseInt(arguments[1])).compare(arguments[0], Integer.parseInt(arguments[2]));
        // Both trainings wait for a turn that does not come.
        System.exit(0);
    }

    private void compare(String name, int turns) throws IOException {
        Recipe recipe = Recipes.of(name, Recipes.Choices.standard(1));
        TaskData.Access data = recipe.data().accessFor(Purpose.TRAINING);
        GraphTrunkStage trunk = (GraphTrunkStage) recipe.trunk();
        List<Semaphore> sides = new ArrayList<>();
        for (Precision precision : Precision.values()) {
            sides.add(start(new GraphTask(
                    name,
                    trunk.model(),
                    data,
                    trunk.objective(),
                    true,
                    trunk.pooling(),
                    null,
                    null,
                    trunk.options().withPrecision(precision))));
        }
        double[] wall = new double[2];
        double[] processor = new double[2];
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        for (int turn = 0; turn <= turns; turn++) {
            for (int side = 0; side < 2; side++) {
                long began = System.nanoTime();
                long used = system.getProcessCpuTime();
                sides.get(side).release();
                done.acquireUninterruptibly();
                if (turn > 0) {
                    wall[side] += (System.nanoTime() - began) / 1e9;
                    processor[side] += (system.getProcessCpuTime() - used) / 1e9;
                }
            }
            if (turn > 0) {
                print(turn, wall, processor, turn * steps * trunk.options().batch());
            }
        }
    }

    private static void print(int turn, double[] wall, double[] processor, int examples) {
        System.out.printf(
                Locale.ROOT,
                "turn %d: wall %.1f and %.1f s, ratio %.2f; processor %.1f and %.1f s, ratio %.2f; examples/s %.1f and"
                        + " %.1f%n",
                turn,
                wall[0],
                wall[1],
                wall[0] / wall[1],
                processor[0],
                processor[1],
                processor[0] / processor[1],
                examples / wall[0],
                examples / wall[1]);
    }

    /** Starts a training that waits for its turn. */
    private Semaphore start(GraphTask task) throws IOException {
        Semaphore turn = new Semaphore(0);
        Path folder = Files.createTempDirectory("precision");
        folder.toFile().deleteOnExit();
        int[] count = new int[1];
        Thread thread = new Thread(() -> {
            turn.acquireUninterruptibly();
            try {
                GraphDistillation.train(
                        task,
                        folder,
                        () -> {
                            if (++count[0] % steps == 0) {
                                done.release();
                                turn.acquireUninterruptibly();
                            }
                            return false;
                        },
                        ProgressListener.NONE);
            } catch (IOException | OnnxFormatException e) {
                throw new IllegalStateException(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return turn;
    }
}

/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.tminus.trainer.data.FashionMnist;
import org.tminus.trainer.vit.TrunkOptions;
import org.tminus.trainer.vit.VitConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** {@code tminus train fashion-vit}. */
@Command(
        name = "fashion-vit",
        description = {
            "Trains the reference model: a vision transformer with exits on Fashion-MNIST.",
            "Stopping it with Ctrl-C leaves a checkpoint; --resume goes on from there."
        },
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class TrainFashionVitCommand implements Callable<Integer> {
    private static final long STOP_SECONDS = 60;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "folder with the four idx files; the Debian package dataset-fashion-mnist has them")
    private Path data = FashionMnist.DEBIAN_FOLDER;

    @Option(names = "--out", paramLabel = "FILE", description = "the model file to write")
    private Path output = Path.of("fashion-vit.tminus");

    @Option(names = "--seed", paramLabel = "N", description = "seed of the split, the weights and everything drawn")
    private long seed = 1;

    @Option(names = "--epochs", paramLabel = "N", description = "passes over the training images")
    private int epochs = TrainingOptions.REFERENCE_EPOCHS;

    @Option(
            names = "--second-epochs",
            paramLabel = "N",
            description = "passes in a second cycle of the learning rate, from half the peak; 0 for none")
    private int secondEpochs = TrainingOptions.REFERENCE_SECOND_EPOCHS;

    @Option(names = "--layers", paramLabel = "N", description = "depth of the model")
    private int layers = VitConfig.fashion().layers();

    @Option(
            names = "--resume",
            paramLabel = "DIR",
            description = "folder of the checkpoint: created if missing, gone on from if it holds one")
    private Path workFolder = Path.of("fashion-vit-training");

    @Option(
            names = "--static-depths",
            paramLabel = "N",
            split = ",",
            description = "also train a static model of each of these depths, as a baseline, into the folder 'static'"
                    + " beside the model file")
    private List<Integer> staticDepths = List.of();

    @Override
    public Integer call() throws IOException {
        TrainingOptions options = new TrainingOptions(
                data,
                Main.absolute(output),
                Main.absolute(workFolder),
                VitConfig.fashion().withLayers(layers, true),
                TrunkOptions.reference(epochs, secondEpochs, seed),
                staticDepths);
        AtomicBoolean stopping = new AtomicBoolean();
        CountDownLatch done = new CountDownLatch(1);
        Thread hook = new Thread(
                () -> {
                    stopping.set(true);
                    try {
                        // The checkpoint is written at the end of the step that runs.
                        done.await(STOP_SECONDS, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "tminus-trainer-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        PrintStream out = System.out;
        try {
            FashionVitTraining.Report report =
                    FashionVitTraining.run(options, new ConsoleProgress(out, Main.isTerminal()), stopping::get);
            if (report == null) {
                out.println("stopped; go on with --resume " + workFolder);
                return ExitCode.SOFTWARE;
            }
            out.print(FashionVitTraining.table(report.decision()));
            out.print(FashionVitTraining.table(report.test()));
            return ExitCode.OK;
        } finally {
            done.countDown();
            removeHook(hook);
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending already, which is what the hook is for.
        }
    }
}

namespace BackupFabric.Disks;

/// <summary>The errors of this library, each with its code, sentence and advice, in one place.</summary>
internal static class ImageFault
{
    public static DiskImageException Damaged(string path, string what, Exception? inner = null) => new(
        "disk-image-damaged",
        $"The disk image '{path}' is damaged: {what}.",
        "Check the volume it lies on, and restore the image or take another copy of it.",
        inner);

    public static DiskImageException Unsupported(string path, string what, string advice) => new(
        "disk-image-unsupported", $"The disk image '{path}' cannot be used: {what}.", advice);

    public static DiskImageException Foreign(string path, string kind, string advice) => new(
        "disk-image-unsupported", $"'{path}' is {kind}, which is not a disk image that can be read here.", advice);

    public static DiskImageException Unknown(string path, string why) => new(
        "disk-image-unknown",
        $"'{path}' is not recognised as a disk image: {why}.",
        "VHDX, VHD and raw images are read; a raw image is a whole number of 512-byte sectors.");

    public static DiskImageException Missing(string path, Exception? inner = null) => new(
        "disk-image-missing", $"There is no disk image at '{path}'.", "Check the path and that the volume or share is reachable.", inner);

    public static DiskImageException Exists(string path, Exception? inner = null) => new(
        "disk-image-exists", $"A file already lies at '{path}'; it was not touched.", "Choose another name, or remove that file first.", inner);

    public static DiskImageException InUse(string path, Exception? inner = null) => new(
        "disk-image-in-use",
        $"The disk image '{path}' is being written by someone else.",
        "Wait until that writer has closed it, or stop it; an image has one writer at a time.",
        inner);

    public static DiskImageException Denied(string path, Exception inner) => new(
        "disk-image-denied", $"Access to the disk image '{path}' was denied.", "Run under an account that may read it, and write it where it is to be changed.", inner);

    public static DiskImageException Io(string path, string doing, Exception inner) => new(
        "disk-image-io", $"{doing} the disk image '{path}' failed: {inner.Message}", "Check free space and health of the volume, then try again.", inner);

    public static DiskImageException ParentMissing(string path, IEnumerable<string> tried) => new(
        "disk-image-parent-missing",
        $"The parent of the differencing image '{path}' was not found; looked at {string.Join(", ", tried.Select(t => $"'{t}'"))}.",
        "Put the parent beside the child or back at its place, or link the child to the parent's new place.");

    public static DiskImageException ParentMismatch(string path, string parent) => new(
        "disk-image-parent-mismatch",
        $"'{parent}' is not, or is no longer, the parent that the differencing image '{path}' was made from: its contents were written since, or it is another disk.",
        "Restore the parent as it was when the child was made; what the child holds is of no use over other contents.");

    public static DiskImageException ChainLoop(string path) => new(
        "disk-image-chain", $"The disk image '{path}' is reached twice in its own chain of parents.", "Link the children to their right parents.");

    public static DiskImageException ChainTooDeep(string path, int limit) => new(
        "disk-image-chain", $"The chain of parents that leads to '{path}' is longer than {limit} images.", "Merge checkpoints until the chain is shorter.");

    public static DiskImageException Options(string path, string what, string advice) => new(
        "disk-image-options", $"The disk image '{path}' cannot be made like this: {what}.", advice);

    public static DiskImageException ReadOnly(string path) => new(
        "disk-image-read-only", $"The disk image '{path}' was opened for reading only.", "Open it writable to change it.");

    public static DiskImageException Broken(string path) => new(
        "disk-image-broken",
        $"An earlier write to the disk image '{path}' failed half-way, so no more is written through this handle.",
        "Close it and open it again; what was flushed is intact.");
}

using BackupFabric.Blocks;

namespace BackupFabric.BlockStore;

/// <summary>Every way a repository can refuse, with its stable code, in one place.</summary>
internal static class RepositoryErrors
{
    private const string VerifyAdvice = "Check the disk under the repository; the next backup of the machine that holds these bytes stores them anew.";

    public static RepositoryException Exists(string volume) => new(
        "repository-exists", $"'{volume}' holds a repository already.", "Open it, or choose an empty folder.");

    public static RepositoryException FolderNotEmpty(string volume, string entry) => new(
        "repository-folder-not-empty", $"'{volume}' is not empty: it holds '{entry}'.", "Choose an empty folder; a repository shares its folder with nothing else.");

    public static RepositoryException Missing(string volume) => new(
        "repository-missing", $"'{volume}' holds no repository.", "Check the path and whether the volume is mounted, or create a repository there.");

    public static RepositoryException InUse(string volume, string owner) => new(
        "repository-in-use", $"The repository in '{volume}' is in use by {owner}.", "Stop the program that has it open; one program owns a repository at a time.");

    public static RepositoryException Lost(string volume, string owner) => new(
        "repository-lost", $"The repository in '{volume}' was taken over by {owner}.", "Nothing more is written here. Make sure that only one program opens this folder, then open it again.");

    public static RepositoryException TooNew(string file, int version) => new(
        "repository-too-new", $"'{file}' was written in format {version}, which this version cannot read.", "Update BackupFabric on this machine.");

    public static RepositoryException Damaged(string file, string why, Exception? inner = null) => new(
        "repository-damaged", $"'{file}' is damaged: {why}.", "Restore this file from a copy of the repository.", inner);

    public static RepositoryException Full(string volume, long free, long reserve, Exception? inner = null) => new(
        "repository-full",
        $"The repository's volume '{volume}' has {free >> 20} MiB free, and {reserve >> 20} MiB are kept in reserve.",
        "Delete recovery points and collect, or make the volume larger; the job then continues with what is already stored.",
        inner);

    public static RepositoryException WriteFailed(string file, Exception inner) => new(
        "repository-write-failed",
        $"Writing '{file}' to the disk failed: {inner.Message}",
        "Check the disk under the repository, then open the repository again; committed recovery points are not touched.",
        inner);

    public static RepositoryException BlockForged(in BlockId id, string why) => new(
        "block-forged", $"The bytes sent as block {id} are not that block: {why}.", "The sender or the way between is faulty; the block was not stored.");

    public static RepositoryException CodecMissing(in BlockId id, BlockCodec codec) => new(
        "codec-missing", $"Block {id} is packed with {codec}, which this machine cannot open.", "Install that codec's library on the repository's server, or choose another codec for the protection group.");

    public static RepositoryException BlockMissing(in BlockId id) => new(
        "block-missing", $"Block {id} is not stored.", VerifyAdvice);

    public static RepositoryException BlockDamaged(in BlockId id, string pack, long offset, string why, Exception? inner = null) => new(
        "block-damaged", $"Block {id} in pack '{pack}' at offset {offset} is damaged: {why}.", VerifyAdvice, inner);

    public static RepositoryException NodeMissing(in BlockId id) => new(
        "map-node-missing", $"Map node {id} is not stored.", "Recovery points whose disks reach it cannot be read whole; a new backup with a consistency check makes a new map.");

    public static RepositoryException NodeDamaged(in BlockId id, string pack, long offset, string why) => new(
        "map-node-damaged", $"Map node {id} in pack '{pack}' at offset {offset} is damaged: {why}.", "Recovery points whose disks reach it cannot be read whole; a new backup with a consistency check makes a new map.");

    public static RepositoryException BlocksMissing(long span, in BlockId id) => new(
        "blocks-missing", $"Span {span} names block {id}, which is not stored.", "Offer the span's blocks again and send what is lacking.");

    public static RepositoryException MapInvalid(string why) => new(
        "map-invalid", $"The disk map cannot be built: {why}.", "The sender is faulty or of another version; nothing was changed.");

    public static RepositoryException PointExists(Guid pointId) => new(
        "point-exists", $"Recovery point {pointId} exists already and belongs to another job.", "Use a new id for a new recovery point.");

    public static RepositoryException PointInvalid(string why) => new(
        "point-invalid", $"The recovery point cannot be committed: {why}.", "This is a fault of the program that asked for it; nothing was changed.");

    public static RepositoryException PointDamaged(string file, string why, Exception? inner = null) => new(
        "point-damaged", $"The recovery point in '{file}' is damaged: {why}.", "Restore this file from a copy of the repository; other recovery points are not affected.", inner);

    public static RepositoryException PointTooNew(string file, int version) => new(
        "point-too-new", $"The recovery point in '{file}' was written in format {version}, which this version cannot read.", "Update BackupFabric on this machine.");

    public static RepositoryException PointMissing(Guid pointId) => new(
        "point-missing", $"There is no recovery point {pointId}.", "List the recovery points; one that was deleted is in the trash.");

    public static RepositoryException PointNotInTrash(Guid pointId) => new(
        "point-not-in-trash", $"Recovery point {pointId} is not in the trash.", "List the trash; what was purged from it is gone for good.");

    public static RepositoryException PointDeleted(Guid pointId) => new(
        "point-deleted", $"This job has committed recovery point {pointId} already, and it was deleted since.", "Undelete it if it is wanted; a new backup makes a new recovery point.");

    public static RepositoryException BasisMissing(in BlockId root) => new(
        "basis-missing", $"The disk map {root} that this one was to be built on belongs to no recovery point any more.", "Build the map without a base; blocks that are still stored are not sent again.");

    public static RepositoryException CollectionRunning() => new(
        "collection-running", "A collection is running on this repository already.", "Wait until it has ended.");

    public static RepositoryException CollectionBlocked(string why, Exception? inner = null) => new(
        "collection-blocked",
        $"Nothing was collected, since it cannot be known what is still needed: {why.TrimEnd('.')}.",
        "Restore the damaged file from a copy or heal it by a new backup; or give the hurt recovery points up (delete them and empty the trash, or remove their damaged files), then collect again.",
        inner);

    public static RepositoryException PackDamaged(string pack, string why) => new(
        "pack-damaged", $"Pack '{pack}' is damaged: {why}.", VerifyAdvice);

    public static RepositoryException IndexDamaged(string run, string why) => new(
        "index-damaged", $"Index file '{run}' is damaged: {why}.", "Nothing is lost: it is made anew from the packs.");
}

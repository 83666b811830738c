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

    public static RepositoryException PackDamaged(string pack, string why) => new(
        "pack-damaged", $"Pack '{pack}' is damaged: {why}.", VerifyAdvice);

    public static RepositoryException IndexDamaged(string run, string why) => new(
        "index-damaged", $"Index file '{run}' is damaged: {why}.", "Nothing is lost: it is made anew from the packs.");

    public static RepositoryException PackingFailed(in BlockId id, BlockCodec codec) => new(
        "packing-failed", $"Block {id} was packed with {codec} and does not open to what it was.", "This machine's memory or its codec library is faulty; nothing was committed. Test the memory, or choose another codec.");

    public static RepositoryException ChangesInvalid(string why) => new(
        "changes-invalid", $"The list of changed ranges does not fit: {why}.", "Give the ranges that changed on this disk since the virtual machine's last point, or leave the list out: then everything is read and compared.");

    public static RepositoryException BasisMissing(string vm, string disk) => new(
        "basis-missing", $"There is no recovery point of '{vm}' with disk '{disk}' that the changed ranges could be relative to.", "Import the whole disk first: leave the list of changed ranges out.");

    public static RepositoryException LeafMalformed(long span) => new(
        "map-node-damaged", $"The disk map's description of span {span} is malformed.", "Recovery points whose disks reach it cannot be read whole; a new backup with a consistency check makes a new map.");

    public static RepositoryException RangeInvalid(long offset, long length, long diskLength) => new(
        "range-invalid", $"The range of {length} bytes at {offset} does not lie within the disk of {diskLength} bytes.", "Choose an offset and a length within the disk; 'show' tells how long it is.");

    public static RepositoryException BlockUnsound(in BlockId id) => new(
        "block-damaged", $"Block {id} is not what its id says, although its record's checksum is right.", VerifyAdvice);
}

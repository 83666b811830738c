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

    public static RepositoryException Locked(string volume) => new(
        "repository-locked", $"The repository in '{volume}' is encrypted, and no passphrase or key file was given.", "Name the file with its passphrase, or its key file; without one of its secrets nothing in it can be read.");

    public static RepositoryException SecretWrong(string volume, SecretKind kind) => new(
        "secret-wrong",
        $"The {(kind == SecretKind.Passphrase ? "passphrase" : "key file")} does not open the repository in '{volume}'.",
        "Check whether it is this repository's, and was not removed from it. Nothing was changed.");

    public static RepositoryException NotEncrypted(string volume) => new(
        "repository-not-encrypted",
        $"The repository in '{volume}' is not encrypted, but a passphrase or key file was given.",
        "If it should be encrypted, check that nobody put another repository in its place. Else leave the passphrase or key file away.");

    public static RepositoryException NoVault(string volume) => new(
        "repository-not-encrypted", $"The repository in '{volume}' is not encrypted: it has no secrets and no keys to change.", "A repository is encrypted from its creation or never: create a new one with a passphrase or key file.");

    public static RepositoryException SecretUnfit(string why, string advice) => new(
        "secret-unfit", $"This cannot be a repository's secret: {why}.", advice);

    public static RepositoryException SecretMissing(int number) => new(
        "secret-missing", $"The repository has no secret with the number {number}.", "List the secrets and choose one of them.");

    public static RepositoryException SecretLast() => new(
        "secret-last", "A repository's last secret cannot be removed: nothing could open it any more.", "Add another secret first.");

    public static RepositoryException SecretsFull(int most) => new(
        "secrets-full", $"A repository has at most {most} secrets.", "Remove one that is no longer used.");

    public static RepositoryException KeysFull(int most) => new(
        "keys-full", $"A repository has at most {most} data keys.", "Go on with the newest key, or create a new repository.");

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

    public static RepositoryException TableDamaged(string pack, string why) => new(
        "pack-damaged", $"Pack '{pack}' is damaged: {why}.", "Its records are used all the same. Rebuild the index: that gives the pack a new table.");

    public static RepositoryException HeaderDamaged(string pack, string why) => new(
        "pack-damaged", $"Pack '{pack}' is damaged: {why}.", "Its records are used all the same. Check the disk under the repository; collection replaces packs in time.");

    public static RepositoryException RecordHeaderDamaged(in BlockId id, string pack, long offset) => new(
        "record-header-damaged",
        $"The header of block {id} in pack '{pack}' at offset {offset} is damaged; the block itself is whole.",
        "Nothing is lost: the pack's table says the same. Check the disk under the repository.");

    public static RepositoryException NodeMalformed(in BlockId id, string pack, long offset) => new(
        "map-node-damaged", $"Map node {id} in pack '{pack}' at offset {offset} is not a map node.", "The program that wrote it is faulty. A new backup with a consistency check makes a new map.");

    public static RepositoryException OwnerDamaged(string file) => new(
        "owner-damaged", $"'{file}' is not what was written at opening.", "Nothing is lost: it is written anew when the repository is opened the next time.");

    public static RepositoryException VerificationDamaged(string file, string why, Exception? inner = null) => new(
        "verification-damaged", $"'{file}' is damaged: {why}.", "No backup is hurt: the next verification finds out again what stood there.", inner);

    public static RepositoryException HealSourceForeign(string volume) => new(
        "heal-source-foreign", $"'{volume}' holds another repository, so it cannot heal this one.", "Choose a copy of this repository.");

    public static RepositoryException ReadOnly(string volume) => new(
        "repository-read-only", $"The repository in '{volume}' is open for reading only.", "Open it as its owner to change it.");

    public static RepositoryException IndexLacks(in BlockId id, string pack, long offset) => new(
        "index-damaged", $"The index does not list block {id}, which lies in pack '{pack}' at offset {offset}.", "Rebuild the index; nothing is lost.");

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

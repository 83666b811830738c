using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Tests.Faults;

/// <summary>Files in memory on a machine that stops after a given number of changes.</summary>
internal sealed class SimulatedStore : IImageStore
{
    private readonly Dictionary<string, SimulatedFile> _files = [];
    private int _stepsLeft = int.MaxValue;

    public int Steps { get; private set; }

    public SimulatedFile this[string path] => _files[FullPath(path)];

    /// <summary>Lets this many changes and flushes happen, and no more.</summary>
    public void StopAfter(int steps) => _stepsLeft = steps;

    public void Step()
    {
        if (_stepsLeft <= 0) throw new PowerCut();
        _stepsLeft--;
        Steps++;
    }

    public SimulatedStore Clone()
    {
        SimulatedStore clone = new();
        foreach ((string path, SimulatedFile file) in _files) clone._files[path] = file.Clone(clone);
        return clone;
    }

    public void Recover(Loss loss, Random random)
    {
        foreach (SimulatedFile file in _files.Values) file.Recover(loss, random);
        _stepsLeft = int.MaxValue;
        Steps = 0;
    }

    public bool Exists(string path) => _files.ContainsKey(FullPath(path));

    public string FullPath(string path) => Path.GetFullPath(path);

    public IImageFile Open(string path, bool writable) => _files.TryGetValue(FullPath(path), out SimulatedFile? file) ? file.Open(writable) : throw ImageFault.Missing(path);

    public IImageFile Create(string path)
    {
        if (Exists(path)) throw ImageFault.Exists(path);
        return (_files[FullPath(path)] = new SimulatedFile(this, path)).Open(writable: true);
    }

    public void Delete(string path) => _files.Remove(FullPath(path));
}

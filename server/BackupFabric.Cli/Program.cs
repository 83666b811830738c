using System.Text;
using BackupFabric.Cli.Commands;

// A Windows console starts in the code page of the 1980s, which has no letters for most names.
if (OperatingSystem.IsWindows()) Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
return await BfCommand.Create().InvokeAsync(args);

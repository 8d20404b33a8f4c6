namespace LoyaltyAdmin.Domain.Exports;

/// <summary>Where finished files lie until they expire: outside anything a web server hands out, under random names, readable by this process only. Several nodes share it.</summary>
public sealed record ExportSettings(string Folder)
{
    public static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);

    /// <summary>More rows than this are refused: the filter must be narrowed.</summary>
    public int MostRows { get; init; } = 1_000_000;

    /// <summary>Exports of one user within an hour.</summary>
    public int HourlyLimit { get; init; } = 5;

    internal string PathOf(string fileName) => Path.Combine(Folder, fileName);

    /// <summary>A new file for writing; the folder is made when it does not exist.</summary>
    internal FileStream Create(string fileName)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Folder);

            return new FileStream(PathOf(fileName), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous });
        }

        Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        return new FileStream(PathOf(fileName), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
    }
}

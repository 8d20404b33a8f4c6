using CsvHelper;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>The records of a CSV file, streamed; the separator is found in the file. Every cell is text.</summary>
internal sealed class CsvRows : RowSource
{
    // A full cell in every column of a wide list; what is longer is a quotation mark that is never closed.
    private const int LongestRecord = 2 * 1024 * 1024;

    private readonly UploadLimits limits;
    private readonly CsvReader reader;
    private bool isOpenQuote;

    public CsvRows(CheckedUpload upload)
    {
        limits = upload.Limits;
        reader = CsvReader.Create(upload.OpenRead(), new CsvReaderOptions
        {
            HasHeader = false,
            // Records are counted as a spreadsheet program counts rows, blank ones included.
            SkipEmptyLines = false,
            MaxRecordSize = LongestRecord,
            IncludeValuesInExceptions = false,
            OnMalformedRecord = record => isOpenQuote |= record.Reason == CsvMalformedReason.UnterminatedQuote,
        });
    }

    public override int Count => reader.FieldCount;

    public char Separator => reader.Separator;

    public override bool TakesDecimalComma => reader.Separator == ';';

    public override bool Read()
    {
        try
        {
            RowNumber++;
            var isRow = reader.Read();

            // Everything behind such a mark would arrive as one cell, and its rows would be missing.
            if (isOpenQuote)
            {
                throw Refusals.OpenQuote(RowNumber);
            }

            if (isRow && reader.FieldCount > limits.Columns)
            {
                throw Refusals.TooManyColumns(limits);
            }

            return isRow;
        }
        catch (CsvFormatException)
        {
            throw Refusals.OpenQuote(RowNumber);
        }
        catch (Exception exception) when (exception.IsAboutTheFile())
        {
            throw Refusals.Damaged();
        }
    }

    public override RawCell Cell(int column)
    {
        if (column >= reader.FieldCount)
        {
            return default;
        }

        var text = reader.GetString(column);

        return text.Length <= limits.CellLength ? new(Plain(text)) : throw Refusals.CellTooLong(limits);
    }

    public override void Dispose() => reader.Dispose();

    /// <summary>Takes away what keeps a spreadsheet program from changing the text: ="0012", or the apostrophe of an export.</summary>
    private static string Plain(string cell) => cell switch
    {
        ['=', '"', .. var text, '"'] when !text.Contains('"') => text,
        ['\'', .. var text] when FormulaText.LooksLikeFormula(text) => text,
        _ => cell,
    };
}
